"""Detections scored by object size: AP and AR in bins, by the rules of COCO or VOC."""
