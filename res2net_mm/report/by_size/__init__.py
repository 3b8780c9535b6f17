"""Verdict, tables and plots by size, for detectors and segmenters alike."""
