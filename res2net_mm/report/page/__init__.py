"""The page: its parts, how plots and pictures look, and how it is written."""
