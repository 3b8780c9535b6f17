"""Runs of salient object detectors side by side."""
