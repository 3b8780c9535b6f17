"""Writes a recognised folder out again in another layout."""
