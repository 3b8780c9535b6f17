"""What scores mean: where they are best cut off, and whether they are true, by size."""
