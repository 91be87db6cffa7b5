"""The formats of timed texts, one file each: what `qc`, `--transcript` and `review` read."""
