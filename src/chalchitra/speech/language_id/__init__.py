"""Which language is spoken."""
