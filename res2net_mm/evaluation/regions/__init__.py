"""Semantic segmentation by the size of the region: IoU, recall and boundary F in size bins.

**A region** is a connected set of pixels (8 neighbours) of one class in the ground truth; its size
is the number of its pixels, or that relative to the image. Objects of one class that touch are one
region, and one object that another cuts in two is two: a label map does not tell. Pixels whose
ground truth is the ignored label are taken out of both label maps.

**False pixels** (predicted as a class, another in the ground truth) have no region of their own, so
a rule must say in which bin they count. Here, as AP does with detections, a predicted region
(connected pixels of one predicted class; it may reach through ignored ones) goes with what it hits:

- one that overlaps ground-truth regions of its class shares its false pixels, and the pixels of its
  boundary, among their bins in proportion to the overlap with each;
- one that overlaps none is a false alarm and counts by its own size.

Spreading false pixels over all regions of a class, or giving each to the nearest region, would hold
a false alarm in one corner against an object in another; weighting pixels by the size of their
object (iIoU of Cityscapes) leaves false ones where they are. The limit of the rule: where one
predicted region covers a large and a small region, false pixels near the small one mostly count as
large.

**Scores** of a class in a bin, summed over all images before they are divided:

- IoU: right pixels of the bin's regions / (pixels of these regions + their false pixels).
- Recall: right pixels of the bin's regions / pixels of these regions (mmseg's Acc).
- Boundary F: harmonic mean of the share of predicted boundary pixels that have one of the ground
  truth within the tolerance, and the share of the ground truth's that have a predicted one
  (Csurka et al., *What is a good evaluation measure for semantic segmentation?*, BMVC 2013, who
  average over images; tolerance 0.75 % of the image diagonal, rounded up to whole pixels).
  A boundary pixel has one of another label among its 4 neighbours; the edge of the image is no
  boundary, and along ignored pixels both maps have one, so there it is right where the class is.

The column of all sizes has every pixel once: its IoU, recall and accuracy are those of mmseg's
IoUMetric. A class without ground truth in a bin has no score there, and bins are averaged over the
classes they have, so a class that is never small is missing from the mean of small. The one
exception is mmseg's: a class that is predicted but nowhere in the ground truth has IoU 0 in the
column of all. A bin that holds everything is otherwise equal to that column.
"""

from res2net_mm.evaluation.bootstrap import with_intervals as with_region_intervals
from res2net_mm.evaluation.comparison import compare_results as compare_regions
from res2net_mm.evaluation.regions.image_regions import find_regions
from res2net_mm.evaluation.regions.region_result import region_table, score_regions
from res2net_mm.evaluation.regions.region_set import read_regions, stack_regions, write_regions
from res2net_mm.evaluation.regions.region_size_metric import RegionSizeMetric
from res2net_mm.evaluation.regions.saved_regions import read_saved_regions

__all__ = [
    'RegionSizeMetric',
    'compare_regions',
    'find_regions',
    'read_regions',
    'read_saved_regions',
    'region_table',
    'score_regions',
    'stack_regions',
    'with_region_intervals',
    'write_regions',
]
