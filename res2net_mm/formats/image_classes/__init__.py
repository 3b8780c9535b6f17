"""Layouts that give each image one class."""
