"""A film and what is asked for become a job: all that `prepare-job` does."""
