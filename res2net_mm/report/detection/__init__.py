"""Detectors in a report: their runs, scores, mistakes and pictures."""
