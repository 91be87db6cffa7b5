"""Written language, whatever it is written in: needs only the standard library."""
