"""What a classifier said of each image of a test set, and where that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.written_results import read_arrays, write_arrays

CLASSIFIED_FILE = 'accuracy_by_size.npz'
_ARRAYS = {'images': 'U', 'truth': 'i', 'rank': 'i', 'predicted': 'i', 'score': 'f', 'size': 'f'}


@dataclass(frozen=True, eq=False)
class ImageAnswers:
    """N images of one test set.

    Attributes:
        classes: Names of the classes.
        images: Their files, (N,) strings.
        truth: Index of their class, (N,).
        rank: How many classes scored higher than the true one, (N,); 0 is a right answer.
        predicted: Index of the class that scored highest, (N,).
        score: The score of that class, (N,).
        size: Apparent size of the object in px, the square root of its area, (N,); nan if unknown.
    """

    classes: tuple[str, ...]
    images: np.ndarray
    truth: np.ndarray
    rank: np.ndarray
    predicted: np.ndarray
    score: np.ndarray
    size: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


def stack_images(
    rows: Sequence[tuple[str, int, np.ndarray]],
    classes: Sequence[str],
    sizes: Mapping[str, float] | None = None,
) -> ImageAnswers:
    """Stack what a classifier said of images, in the order of their names.

    Args:
        rows: File, index of the class, and scores of all classes, (K,), of each image.
        classes: Names of the K classes.
        sizes: Apparent size in px by file.

    Raises:
        UserError: If there are no images, or a class or a number of scores is out of range.
    """
    if not rows:
        raise UserError('nothing to evaluate: the dataset has no images')
    rows = sorted(rows, key=lambda row: row[0])
    names, labels, given = zip(*rows, strict=True)
    truth, scores = np.array(labels, np.int64), np.stack(given)
    if scores.shape[1] != len(classes):
        raise UserError(
            f'the model scores {scores.shape[1]} classes, and the data has {len(classes)}'
        )
    if truth.min() < 0 or truth.max() >= len(classes):
        raise UserError(
            f'labels from {truth.min()} to {truth.max()} do not fit {len(classes)} classes'
        )
    own = scores[np.arange(len(truth)), truth]
    return ImageAnswers(
        classes=tuple(classes),
        images=np.array(names, str),
        truth=truth,
        # Of equal scores the true class counts as the last: a constant answer is not right.
        rank=(scores >= own[:, None]).sum(1) - 1,
        predicted=scores.argmax(1),
        score=scores.max(1).astype(np.float32),
        size=np.array([(sizes or {}).get(name, np.nan) for name in names], np.float64),
    )


def write_classified(images: ImageAnswers, folder: str | Path) -> Path:
    """Write ``accuracy_by_size.npz`` into a folder and return its path."""
    arrays = {name: getattr(images, name) for name in _ARRAYS}
    classes = np.array(images.classes, str)
    return write_arrays({'classes': classes, **arrays}, Path(folder) / CLASSIFIED_FILE)


def read_classified(folder: str | Path) -> ImageAnswers:
    """Read what :func:`write_classified` wrote; UserError if it is not there or damaged."""
    path = Path(folder) / CLASSIFIED_FILE
    arrays = read_arrays(path, ['classes', *_ARRAYS], 'the answers of a classifier')
    classes = tuple(arrays.pop('classes').tolist())
    count = len(arrays['images'])
    for name, kind in _ARRAYS.items():
        if arrays[name].shape != (count,) or arrays[name].dtype.kind != kind:
            raise UserError(f'{path} holds no evaluation of a classifier: {name} does not fit')
    return ImageAnswers(classes=classes, **arrays)
