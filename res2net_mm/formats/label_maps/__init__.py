"""Folders of images with label maps: their splits, files, classes and ignored label."""
