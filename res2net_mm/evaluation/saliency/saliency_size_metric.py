"""F, MAE, S and E of saliency maps by object size as an MMEngine metric."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from res2net_mm.errors import UserError
from res2net_mm.evaluation.by_size_metric import (
    BySizeMetric,
    image_name,
    pixel_data,
    pixel_labels,
)
from res2net_mm.evaluation.saliency.image_saliency import measure_saliency
from res2net_mm.evaluation.saliency.saliency_result import (
    SaliencyResult,
    saliency_table,
    score_saliency,
)
from res2net_mm.evaluation.saliency.saliency_set import stack_saliency, write_saliency
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.evaluation.written_results import write_result
from res2net_mm.registry import METRICS

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
            name = image_name(sample, len(self.results))
            if 'gt_sem_seg' not in sample:
                raise UserError(
                    f'image {name} comes without ground truth: the test pipeline needs '
                    'res2net_mm.LoadSaliencyAnnotations'
                )
            truth, saliency = pixel_labels(sample['gt_sem_seg']), saliency_map(sample, name)
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
            self.results.append((name, measure_saliency(truth == 1, saliency)))

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

        def write(scored: SaliencyResult, folder: Path) -> str:
            write_beside = partial(write_saliency, measured)
            return write_result(scored, folder / RESULT_FILE, write_beside, 'measures')

        return _values(self.report(result, saliency_table, write))


def has_saliency_map(sample: Any) -> bool:
    """Return whether MMSegmentation's data sample is that of a model with one channel."""
    return 'seg_logits' in sample and len(pixel_data(sample.get('seg_logits'))) == 1


def saliency_map(sample: Any, name: str) -> npt.NDArray[np.uint8]:
    """Return the saliency map of MMSegmentation's data sample, (H, W) uint8.

    ``name`` is that of the image, for the UserError if the sample holds several channels.
    """
    if 'seg_logits' not in sample:
        return (255 * (pixel_labels(sample.get('pred_sem_seg')) == 1)).astype(np.uint8)
    channels = pixel_data(sample.get('seg_logits'))
    if len(channels) != 1:
        raise UserError(
            f'image {name}: the model gives {len(channels)} channels, and a saliency map has one: '
            'set num_classes=2 and out_channels=1 in its decode_head'
        )
    return (255 * channels[0].float().cpu().numpy()).round().astype(np.uint8)


def _values(result: SaliencyResult) -> dict[str, float]:
    """Return the scores by name, without those that are None."""
    values: dict[str, float | None] = {}
    for end, column in result.named_columns:
        values |= {f'{name}{end}': score for name, score in column.scores.items()}
    return {key: value for key, value in values.items() if value is not None}
