"""F, MAE, S and E of saliency maps by object size as an MMEngine metric."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from mmengine.logging import MMLogger

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import with_intervals
from res2net_mm.evaluation.by_size_metric import BySizeMetric
from res2net_mm.evaluation.saliency.image_saliency import measure_saliency
from res2net_mm.evaluation.saliency.saliency_result import (
    SaliencyResult,
    saliency_table,
    score_saliency,
)
from res2net_mm.evaluation.saliency.saliency_set import stack_saliency, write_saliency
from res2net_mm.evaluation.size_bins import make_bins, short_name
from res2net_mm.registry import METRICS
from res2net_mm.whole_file import write_json_file

RESULT_FILE = 'saliency_by_size.json'
MEASURE_FILE = 'saliency_by_size.npz'


@METRICS.register_module()
class SaliencySizeMetric(BySizeMetric):
    """F, MAE, S and E of saliency maps, for small, medium, large and all salient objects.

    What they are is written in :mod:`res2net_mm.evaluation.saliency`. Values lie in 0..1 and are
    called ``maxF``, ``meanF``, ``adpF``, ``MAE``, ``S``, ``maxE``, ``SI_maxF`` and so on, in bins
    ``maxF_s``, ``MAE_l`` or by the bin's own name. A bin without objects has no value. To keep the
    best checkpoint: ``save_best='maxF', rule='greater'``.

    One table is printed. ``saliency_by_size.json`` holds its numbers, and ``saliency_by_size.npz``
    the measures of every image, from which the run can be scored in other bins or compared with
    another (``read_saliency``, ``score_saliency``, ``compare_results``).

    Args:
        bins: Size bins, see :func:`res2net_mm.evaluation.make_bins`; None for COCO's three.
        bins_by: What the limits of bins measure: ``area``, ``side``, ``relative-area`` or
            ``relative-side``.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        out_dir: Where the files go, overwritten by each evaluation. None for the work directory
            of the run, found by the log file; without one nothing is written.
        base: Arguments of BaseMetric: ``collect_device``, ``prefix``, ``collect_dir``.

    Raises:
        UserError: If an argument is unusable, or there is nothing to score.
    """

    def __init__(
        self,
        *,
        bins: Iterable | None = None,
        bins_by: str = 'area',
        bootstrap: int = 0,
        seed: int = 0,
        out_dir: str | Path | None = None,
        **base: Any,
    ):
        super().__init__(bootstrap=bootstrap, seed=seed, out_dir=out_dir, **base)
        self.bins = make_bins(bins, bins_by)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Measure the saliency maps of one batch of MMSegmentation's data samples.

        They are dicts with ``gt_sem_seg``, whose ``data`` is (1, H, W) of 0 and 1, ``seg_logits``,
        whose ``data`` is (1, H, W) in 0..1, and ``img_path``. A map is rounded to 8 bits, as in an
        image file. Without ``seg_logits``, as an exported model predicts, the map is
        ``pred_sem_seg``.

        Raises:
            UserError: If a sample has no mask, one of another size or with other labels, or its
                map has several channels.
        """
        for sample in data_samples:
            name = str(sample.get('img_path', len(self.results)))
            if 'gt_sem_seg' not in sample:
                raise UserError(
                    f'image {name} comes without ground truth: the test pipeline needs '
                    'res2net_mm.LoadSaliencyAnnotations'
                )
            truth, saliency = _pixels(sample['gt_sem_seg']), saliency_map(sample, name)
            if truth.shape != saliency.shape:
                raise UserError(
                    f'image {name}: the mask is {truth.shape} px, the saliency map '
                    f'{saliency.shape}: load the mask after Resize in the test pipeline'
                )
            if (most := truth.max()) > 1:
                raise UserError(
                    f'image {name}: the mask holds the label {most}, and 0 and 1 are allowed: load '
                    'masks of 0 and 255 by res2net_mm.LoadSaliencyAnnotations'
                )
            # The absolute path of a file, since a report is written elsewhere.
            place = os.path.abspath(name) if os.path.isfile(name) else name
            self.results.append((place, measure_saliency(truth == 1, saliency)))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Score the saliency maps of all images, log the table and write the files.

        Raises:
            UserError: If there were no images or nothing is salient in any.
        """
        if not results:
            raise UserError('nothing to evaluate: the dataset has no images')
        # Processes take turns with images: by name, two runs have them in the same order.
        measured = stack_saliency(sorted(results, key=lambda result: result[0]))
        if not measured.salient.any():
            raise UserError('nothing to evaluate: no mask has a salient pixel')
        result = score_saliency(measured, bins=self.bins)
        if self.bootstrap:
            result = with_intervals(result, resamples=self.bootstrap, seed=self.seed)
        logger = MMLogger.get_current_instance()
        logger.info('\n' + saliency_table(result))
        if (out_dir := self.out_dir) is not None:
            written = write_json_file(result.to_dict(), out_dir / RESULT_FILE)
            write_saliency(measured, out_dir / MEASURE_FILE)
            logger.info(f'Written to {written}, the measures to {out_dir / MEASURE_FILE}')
        return _values(result)


def has_saliency_map(sample: Any) -> bool:
    """Return whether MMSegmentation's data sample is that of a model with one channel."""
    return 'seg_logits' in sample and len(_data(sample.get('seg_logits'))) == 1


def saliency_map(sample: Any, name: str) -> npt.NDArray[np.uint8]:
    """Return the saliency map of MMSegmentation's data sample, (H, W) uint8.

    ``name`` is that of the image, for the UserError if the sample holds several channels.
    """
    if 'seg_logits' not in sample:
        return (255 * (_pixels(sample.get('pred_sem_seg')) == 1)).astype(np.uint8)
    channels = _data(sample.get('seg_logits'))
    if len(channels) != 1:
        raise UserError(
            f'image {name}: the model gives {len(channels)} channels, and a saliency map has one: '
            'set num_classes=2 and out_channels=1 in its decode_head'
        )
    return (255 * channels[0].float().cpu().numpy()).round().astype(np.uint8)


def _pixels(pixels: Any) -> np.ndarray:
    """Return the (H, W) labels of a PixelData or its dict."""
    return _data(pixels).squeeze(0).cpu().numpy()  # (1, H, W) -> (H, W)


def _data(pixels: Any) -> Any:
    return pixels['data'] if isinstance(pixels, Mapping) else pixels.data


def _values(result: SaliencyResult) -> dict[str, float]:
    """Return the scores by name, without those that are None."""
    values: dict[str, float | None] = {}
    for column in (result.overall, *result.bins):
        end = '' if column is result.overall else f'_{short_name(column.size_bin)}'
        values |= {f'{name}{end}': score for name, score in column.scores.items()}
    return {key: value for key, value in values.items() if value is not None}
