"""Jobs: their ids, their folders, and the records in them."""
