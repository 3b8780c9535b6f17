"""What a classifier says of images without labels, written as a CSV file."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from res2net_mm.registry import METRICS
from res2net_mm.whole_file import whole_file

ANSWERS = 5  # classes that are written of an image, those with the highest scores


@METRICS.register_module()
class ClassPredictions(BaseMetric):
    """Write the classes that score highest for each image, and score nothing.

    The columns are ``file``, relative to the folder that all images share, ``class`` and ``score``,
    then ``class_2``, ``score_2`` and so on to the fifth.

    Args:
        out_file: The CSV file, overwritten by each evaluation.
        base: Arguments of BaseMetric: ``collect_device``, ``prefix``, ``collect_dir``.
    """

    def __init__(self, *, out_file: str | Path, **base: Any) -> None:
        super().__init__(**base)
        self.out_file = Path(out_file)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Keep the best classes of one batch of MMPretrain's data samples.

        They are dicts with ``pred_score``, (K,), and ``img_path``.
        """
        for sample in data_samples:
            scores = sample['pred_score']
            best = scores.topk(min(ANSWERS, len(scores)))
            pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
            self.results.append((str(sample['img_path']), list(pairs)))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Write the file; there are no metrics."""
        classes = self.dataset_meta['classes']
        top = os.path.commonpath([os.path.dirname(file) for file, _ in results])
        count = len(results[0][1])
        header = ['file', 'class', 'score']
        for number in range(2, count + 1):
            header += [f'class_{number}', f'score_{number}']
        self.out_file.parent.mkdir(parents=True, exist_ok=True)
        with (
            whole_file(self.out_file) as partial,
            partial.open('w', newline='', encoding='utf-8') as stream,
        ):
            rows = csv.writer(stream)
            rows.writerow(header)
            for file, pairs in sorted(results):
                answers = [(classes[label], f'{score:.6f}') for label, score in pairs]
                rows.writerow([os.path.relpath(file, top), *(x for pair in answers for x in pair)])
        logger = MMLogger.get_current_instance()
        logger.info(f'Classes of {len(results)} images written to {self.out_file}')
        return {}
