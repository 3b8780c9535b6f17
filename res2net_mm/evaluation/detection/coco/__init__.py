"""COCO layout: ground truth, results and data samples, read and checked."""
