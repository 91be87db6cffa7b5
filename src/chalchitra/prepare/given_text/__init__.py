"""Reading the text that a person has of a film (--transcript): what the file is, and its lines."""
