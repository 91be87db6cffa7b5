"""Who speaks when: two ways of finding it, and how it goes onto the transcript."""
