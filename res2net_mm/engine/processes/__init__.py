"""Training and evaluation by several processes."""
