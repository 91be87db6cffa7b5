"""Placing a text that is known on the sound: what was recognised says where its words are."""
