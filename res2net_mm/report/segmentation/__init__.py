"""Reports on segmenters."""
