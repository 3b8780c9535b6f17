"""Accuracy of classifiers by the size at which the object of an image appears."""
