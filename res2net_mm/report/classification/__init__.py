"""The part of a report that only classifiers have."""
