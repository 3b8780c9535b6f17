"""Segmenters in a report: their runs, scores and pictures."""
