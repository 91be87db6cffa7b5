"""What programs read of us: the types of every document and row, and their JSON schemas."""

CHECK_VARIABLE = "CHALCHITRA_CHECK_SCHEMAS"
"""Where it is set, as in the tests, all that is printed for programs is held against its schema."""
