"""Folders of images with a class each: read, checked, set into a config."""
