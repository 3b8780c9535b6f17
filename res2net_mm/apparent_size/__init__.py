"""Apparent size: how large the network sees an object, whatever its size in the image.

An image can be enlarged as a whole (the zoom) or in parts (slices). What either does to the scores
of small and of large objects is measured here.
"""

from .compare_slicing import compare_slicing
from .measure_size_curve import measure_size_curve

__all__ = ['compare_slicing', 'measure_size_curve']
