"""Sheets of pictures: what a model predicts beside what is annotated."""
