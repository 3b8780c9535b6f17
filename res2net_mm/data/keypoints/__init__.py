"""Folders of images with the keypoints of people: read, checked, set into a config."""
