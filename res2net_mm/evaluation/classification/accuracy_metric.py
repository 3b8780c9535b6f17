"""Top-1 and top-5 accuracy by size as an MMEngine metric for classifiers."""

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation.by_size_metric import BySizeMetric, image_name
from res2net_mm.evaluation.classification.accuracy import (
    AccuracyResult,
    accuracy_table,
    score_classified,
    scores_by_key,
)
from res2net_mm.evaluation.classification.classified_images import stack_images, write_classified
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.registry import METRICS
from res2net_mm.whole_file import write_json_file

RESULT_FILE = 'accuracy_by_size.json'


@METRICS.register_module()
class AccuracyMetric(BySizeMetric):
    """Top-1 and top-5 accuracy, of all images and by the apparent size of their object.

    Takes the place of MMPretrain's ``Accuracy``: ``accuracy/top1`` and ``accuracy/top5`` are its
    values, so ``save_best='accuracy/top1'`` works with both. Where sizes are known there are
    ``accuracy/top1_<bin>`` besides.

    One table is printed. ``accuracy_by_size.json`` holds its numbers, and ``accuracy_by_size.npz``
    what was said of every image, from which runs are compared (``res2net-mm compare``).

    Args:
        sizes: A CSV file with the columns ``file``, relative to its folder, and ``size``, the side
            in px of a square of the object's area; None if sizes are not known.
        bins: Size bins, see :func:`res2net_mm.evaluation.make_bins`; None for COCO's three.
        bins_by: What the limits of bins measure: ``side`` or ``area``.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        out_dir: Where the files go, overwritten by each evaluation. None for the work directory
            of the run, found by the log file; without one nothing is written.
        base: Arguments of BaseMetric: ``collect_device``, ``prefix``, ``collect_dir``.

    Raises:
        UserError: If an argument is unusable, or there is nothing to score.
    """

    default_prefix = 'accuracy'

    def __init__(
        self,
        *,
        sizes: str | Path | None = None,
        bins: Iterable | None = None,
        bins_by: str = 'side',
        bootstrap: int = 1000,
        seed: int = 0,
        out_dir: str | Path | None = None,
        **base: Any,
    ):
        super().__init__(bootstrap=bootstrap, seed=seed, out_dir=out_dir, **base)
        self.sizes = None if sizes is None else Path(sizes)
        self.bins = None if bins is None else make_bins(bins, bins_by)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Keep the scores of one batch of MMPretrain's data samples.

        They are dicts with ``pred_score``, (K,), ``gt_label``, (1,), and ``img_path``.

        Raises:
            UserError: If a sample has no label or several, or a model gives no scores.
        """
        for sample in data_samples:
            # CIFAR's images are no files.
            name = image_name(sample, f'{sample.get("sample_idx", 0):08d}')
            if 'gt_label' not in sample or len(sample['gt_label']) != 1:
                raise UserError(f'image {name} must have one label to be scored by accuracy')
            if 'pred_score' not in sample:
                raise UserError(f'the model gives no scores of the classes for image {name}')
            scores = sample['pred_score'].cpu().numpy()
            self.results.append((name, int(sample['gt_label'][0]), scores))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Score all images, log the table and write the files.

        Raises:
            UserError: If there were no images.
        """
        sizes = None if self.sizes is None else read_sizes(self.sizes)
        images = stack_images(results, self.classes, sizes)
        result = score_classified(images, bins=self.bins)

        def write(scored: AccuracyResult, folder: Path) -> str:
            written = write_json_file(scored.to_dict(), folder / RESULT_FILE)
            return f'{written}, the answers to {write_classified(images, folder)}'

        return scores_by_key(self.report(result, accuracy_table, write))


def read_sizes(path: Path) -> dict[str, float]:
    """Return the apparent size of the object in px by absolute file, as a CSV file tells.

    Raises:
        UserError: If the file cannot be read, lacks a column or holds a size that is no number.
    """
    try:
        with path.open(newline='', encoding='utf-8-sig') as stream:
            rows = list(csv.DictReader(stream))
        return {os.path.abspath(path.parent / row['file']): float(row['size']) for row in rows}
    except (OSError, UnicodeError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise UserError(
            f'{path} does not tell the sizes of objects: a CSV file with the columns file and '
            f'size (px) is needed ({type(error).__name__}: {error})'
        ) from error
