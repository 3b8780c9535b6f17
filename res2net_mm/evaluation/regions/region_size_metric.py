"""IoU, recall and boundary F by region size as an MMEngine metric for segmenters."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.by_size_metric import BySizeMetric, image_name, pixel_labels
from res2net_mm.evaluation.regions.image_regions import TOLERANCE, check_tolerance, find_regions
from res2net_mm.evaluation.regions.region_result import RegionResult, region_table, score_regions
from res2net_mm.evaluation.regions.region_scores import SCORES
from res2net_mm.evaluation.regions.region_set import stack_regions, write_regions
from res2net_mm.evaluation.regions.saved_regions import (
    NO_LABEL,
    RESULT_FILE,
    encode_label_map,
    write_label_maps,
)
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.evaluation.written_results import write_result
from res2net_mm.registry import METRICS


@METRICS.register_module()
class RegionSizeMetric(BySizeMetric):
    """IoU, recall and boundary F for small, medium, large and all regions of label maps.

    What they are is written in :mod:`res2net_mm.evaluation.regions`. Takes the place of mmseg's
    IoUMetric: ``mIoU``, ``mAcc`` and ``aAcc`` are its values, in % but not rounded, so
    ``save_best='mIoU'`` works with both. Besides them there are ``mBF``, ``mIoU_s``, ``mIoU_m``,
    ``mIoU_l`` and so on; other bins by their own name. A bin without regions has no value.

    One table is printed. ``iou_by_size.json`` holds its numbers, and ``iou_by_size.npz`` the
    regions of every image, from which the run can be scored in other bins or compared with another
    (``read_regions``, ``score_regions``, ``compare_regions``). ``label_maps`` holds the ground
    truth and the prediction of every image, for the pictures of ``res2net-mm compare``.

    Args:
        ignore_index: Label of the ground truth that is left out.
        bins: Size bins, see :func:`res2net_mm.evaluation.make_bins`; None for COCO's three.
        bins_by: What the limits of bins measure: ``area``, ``side``, ``relative-area`` or
            ``relative-side``.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        label_maps: Largest number of images whose label maps are kept, 0 for none; of larger sets
            none are kept. The two of an image of 2048x1024 px take some 55 KB and 25 ms.
        out_dir: Where the files go, overwritten by each evaluation. None for the work directory
            of the run, found by the log file; without one nothing is written.
        base: Arguments of BaseMetric: ``collect_device``, ``prefix``, ``collect_dir``.

    Raises:
        UserError: If an argument is unusable, or there is nothing to score.
    """

    def __init__(
        self,
        *,
        ignore_index: int = 255,
        bins: Iterable | None = None,
        bins_by: str = 'area',
        tolerance: float = TOLERANCE,
        bootstrap: int = 0,
        seed: int = 0,
        label_maps: int = 2000,
        out_dir: str | Path | None = None,
        **base: Any,
    ):
        super().__init__(bootstrap=bootstrap, seed=seed, out_dir=out_dir, **base)
        self.ignore_index = ignore_index
        self.bins = make_bins(bins, bins_by)
        self.tolerance = check_tolerance(tolerance)
        self.label_maps = label_maps

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Compare the label maps of one batch of MMSegmentation's data samples, region by region.

        They are dicts with ``pred_sem_seg`` and ``gt_sem_seg``, whose ``data`` is (1, H, W), and
        ``img_path``.

        Raises:
            UserError: If a sample has no ground truth, or one of another size.
        """
        classes = len(self.classes)
        for sample in data_samples:
            name = image_name(sample, len(self.results))
            if 'gt_sem_seg' not in sample:
                raise UserError(
                    f'image {name} comes without ground truth: the test pipeline needs '
                    'LoadAnnotations'
                )
            truth, predicted = (pixel_labels(sample[key]) for key in ('gt_sem_seg', 'pred_sem_seg'))
            if truth.shape != predicted.shape:
                raise UserError(
                    f'image {name}: the ground truth is {truth.shape} px, the prediction '
                    f'{predicted.shape}: put LoadAnnotations after Resize in the test pipeline'
                )
            regions = find_regions(
                truth,
                predicted,
                classes=classes,
                ignore_index=self.ignore_index,
                tolerance=self.tolerance,
            )
            self.results.append((name, regions, self._encoded(truth, predicted, classes)))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Score the regions of all images, log the table and write the files.

        Raises:
            UserError: If there were no images or no labelled pixel.
        """
        if not results:
            raise UserError('nothing to evaluate: the dataset has no images')
        # Processes take turns with images: by name, two runs have them in the same order.
        names, found, maps = zip(*sorted(results, key=lambda result: result[0]), strict=True)
        regions = stack_regions(list(zip(names, found, strict=True)), self.classes, self.tolerance)
        result = score_regions(regions, bins=self.bins)
        if result.accuracy is None:
            raise UserError('nothing to evaluate: no pixel of the ground truth has a class')

        def write(scored: RegionResult, folder: Path) -> str:
            kept = len(names) <= self.label_maps and None not in maps
            write_label_maps(folder, names, maps if kept else None)
            write_beside = partial(write_regions, regions)
            return write_result(scored, folder / RESULT_FILE, write_beside, 'regions')

        return _values(self.report(result, region_table, write))

    def _encoded(
        self, truth: np.ndarray, predicted: np.ndarray, classes: int
    ) -> tuple[bytes, bytes] | None:
        """Encode both label maps; None where they are not kept or do not fit 8 bits."""
        if len(self.results) >= self.label_maps or classes > NO_LABEL:
            return None
        palette = (self.dataset_meta or {}).get('palette')
        counted = np.where(truth == self.ignore_index, NO_LABEL, truth)
        return (
            encode_label_map(counted, classes, palette),
            encode_label_map(predicted, classes, palette),
        )


def _values(result: RegionResult) -> dict[str, float]:
    """Return the scores in % by MMSegmentation's names, without those that are None."""
    values = {'aAcc': result.accuracy}
    for end, column in result.named_columns:
        values |= {f'{score.metric}{end}': column.scores[score.name] for score in SCORES}
    return {key: 100 * value for key, value in values.items() if value is not None}
