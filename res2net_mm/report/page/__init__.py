"""The page: what it is made of, how plots and pictures are drawn, and how it is written."""
