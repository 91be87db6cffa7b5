"""A known text on the sound: what was recognised says where its words are."""
