"""The glossary files that people write, and those that lie next to a film."""
