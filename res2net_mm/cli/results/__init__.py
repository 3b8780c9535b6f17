"""Commands that read data and results of runs; no model is needed."""
