"""A glossary: the names and words that a film must have right, as people write such lists."""
