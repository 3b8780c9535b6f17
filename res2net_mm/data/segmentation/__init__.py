"""Folders of images with label masks: read, made ready to train on, set into a config."""
