"""Layouts of images with boxes, a file each."""
