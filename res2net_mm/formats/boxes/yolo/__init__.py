"""YOLO: a text file for each image, and what describes a folder of them."""
