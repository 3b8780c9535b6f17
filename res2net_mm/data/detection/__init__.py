"""Folders of images with boxes: read, made ready to train on, set into a config."""
