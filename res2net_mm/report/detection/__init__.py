"""Reports on detectors."""
