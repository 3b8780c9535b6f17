"""Salient object detection by object size: F, MAE, S and E of saliency maps in size bins.

A saliency map has a number for each pixel; its mask says which pixels are salient. Maps are
compared as image files hold them, with 8 bits, and stretched so that each reaches from 0 to 1, as
evaluation code of the field does. In the column of all, the scores equal those of pysodmetrics
1.6.2 (``FmeasureV2``, ``MAE``, ``Smeasure``, ``Emeasure``, ``SizeInvarianceFmeasureV2``,
``SizeInvarianceMAE``):

- ``maxF``, ``meanF``, ``adpF``: F with beta^2 = 0.3; the largest and the mean value of the mean
  curve over 256 thresholds, and the mean at each map's adaptive threshold. ``maxF_PR`` is the
  largest F of precision and recall that were averaged over images first, as older papers have it.
- ``MAE``: mean absolute error, lower is better.
- ``S``: structure measure. ``maxE``, ``meanE``, ``adpE``: enhanced alignment, as F.
- ``SI_maxF``, ``SI_meanF``, ``SI_adpF``, ``SI_MAE``: the size-invariant ones, means over the
  objects of an image, then over images.

**By size**: an image lies in the bin of its salient pixels, and for the size-invariant scores each
object in the bin of its own; the error of the background counts there once per image, as in the
column of all. An image without salient pixels has no size. A bin that holds everything else equals
the column of all. Where pysodmetrics has no score (nan for an object whose box covers the image, an
error for a mask without background), the background counts as without error.
"""

from res2net_mm.evaluation.saliency.image_saliency import measure_saliency
from res2net_mm.evaluation.saliency.saliency_files import evaluate_saliency_maps
from res2net_mm.evaluation.saliency.saliency_result import saliency_table, score_saliency
from res2net_mm.evaluation.saliency.saliency_set import (
    read_saliency,
    stack_saliency,
    write_saliency,
)
from res2net_mm.evaluation.saliency.saliency_size_metric import (
    SaliencySizeMetric,
    has_saliency_map,
    saliency_map,
)

__all__ = [
    'SaliencySizeMetric',
    'evaluate_saliency_maps',
    'has_saliency_map',
    'measure_saliency',
    'read_saliency',
    'saliency_map',
    'saliency_table',
    'score_saliency',
    'stack_saliency',
    'write_saliency',
]
