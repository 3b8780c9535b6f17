"""Folders of images with label maps: read, made ready to train on, set into a config."""
