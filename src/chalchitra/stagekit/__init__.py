"""The stage protocol, what a stage holds while it works, and (`run`) the frame around it."""
