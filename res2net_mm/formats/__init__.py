"""Layouts of data folders, a file each, and what all of them share."""
