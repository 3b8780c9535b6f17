"""What a classifier's predictions become: a JSON and a CSV file, and counts by class."""

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file, write_json_file

from .results import Results

NAMED = 5  # classes that are kept of an image


class ClassResults(Results):
    """``classes.json`` and ``classes.csv``: the classes of each image that score highest.

    Attributes:
        counts: How many images each class came first in, by its name.
        sure: The scores of the first classes, by its name.
    """

    files = ('classes.json', 'classes.csv')

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.counts: Counter[str] = Counter()
        self.sure: dict[str, list[float]] = {}

    def add(
        self, name: str, sample: Any, chosen: Sequence[int] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Take up one image; return labels and scores of its classes, the highest first.

        Where some classes are chosen, the others are left out and their scores are lost; None keeps
        all.
        """
        scores = sample.pred_score.cpu().numpy()
        labels = np.argsort(-scores, kind='stable')
        if chosen is not None:
            labels = labels[np.isin(labels, chosen)]
        labels = labels[:NAMED]
        answers = [
            dict(label=self.classes[label], score=round(float(scores[label]), 6))
            for label in labels
        ]
        self.entries.append(dict(file=name, classes=answers))
        first = self.classes[labels[0]]
        self.counts[first] += 1
        self.sure.setdefault(first, []).append(float(scores[labels[0]]))
        return labels, scores[labels]

    def finish(self) -> None:
        as_json, as_csv = (self.folder / name for name in self.files)
        write_json_file(dict(classes=list(self.classes), images=self.entries), as_json)
        with (
            whole_file(as_csv) as partial,
            partial.open('w', newline='', encoding='utf-8') as stream,
        ):
            rows = csv.writer(stream)
            most = max((len(entry['classes']) for entry in self.entries), default=0)
            columns = [f'{what}_{i}' for i in range(1, most + 1) for what in ('label', 'score')]
            rows.writerow(['file', *columns])
            for entry in self.entries:
                cells = [cell for a in entry['classes'] for cell in (a['label'], a['score'])]
                rows.writerow([entry['file'], *cells])

    def table(self) -> str:
        """Return the classes with the number of images that they came first in, and mean scores."""
        rows = [['class', 'images', 'mean score']]
        for name, count in self.counts.most_common():
            rows.append([name, str(count), f'{100 * np.mean(self.sure[name]):.1f} %'])
        return '\n'.join(align(rows))
