"""The formats of exported files: how each is written, opened and run."""
