"""What a job will use: engine, translators, environments, models, devices."""
