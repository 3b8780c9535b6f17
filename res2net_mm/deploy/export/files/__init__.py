"""A file for each format: how it is written, what it says of itself, how it is run."""
