"""The published numbers, a text table for each published one."""
