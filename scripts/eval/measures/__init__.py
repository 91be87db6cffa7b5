"""How right a transcript is: pure functions on text, words with times, and speakers' turns."""
