"""Whether the label maps of two folders can be compared, and what their labels mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Faults, Findings
from res2net_mm.formats.label_map_file import LabelCensus, read_label_map
from res2net_mm.formats.label_map_pairs import LabelMapPair
from res2net_mm.formats.label_maps import VOC_MAP_DIR
from res2net_mm.formats.label_names import Labels, find_name_file, name_labels
from res2net_mm.progress import track

NO_LABEL = -1  # of what is ignored, once read


@dataclass(frozen=True)
class CheckedLabelMaps:
    """Label maps that can be compared.

    Attributes:
        labels: what their labels mean.
        usable: the pairs.
        lines: what is wrong with the others, a line each.
    """

    labels: Labels
    usable: tuple[LabelMapPair, ...]
    lines: tuple[str, ...]

    def read(self, pair: LabelMapPair) -> tuple[np.ndarray, np.ndarray]:
        """Ground truth and prediction, (H, W) integers: classes from 0, ``NO_LABEL`` if ignored."""
        truth, predicted = (
            read_label_map(file)[0].astype(int) for file in (pair.truth, pair.predicted)
        )
        ignored = np.isin(truth, [*self.labels.ignored])
        return np.where(ignored, NO_LABEL, truth - self.labels.first), predicted - self.labels.first


def check_label_maps(
    gt: Path,
    dt: Path,
    pairs: Sequence[LabelMapPair],
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    on_error: str = 'stop',
    progress: bool = False,
) -> CheckedLabelMaps:
    """Read all label maps once, find out what the labels mean and what cannot be compared.

    Args:
        gt: folder of the ground truth; names of classes are looked for in it and above it.
        dt: folder of the predictions.
        pairs: what is in them.
        classes: names of the classes, as in ``name_labels``.
        ignore_index: the ignored label of the ground truth, likewise.
        on_error: ``stop`` or ``skip`` pairs that cannot be compared.
        progress: whether to show progress.

    Raises:
        UserError: no pair can be used, the labels mean nothing, or what ``stop`` refuses.
    """
    faults = Faults(str(dt), 'label maps', len(pairs), on_error)
    looks = [_look(pair) for pair in track(pairs, 'reading', total=len(pairs), shown=progress)]
    labels = _name(gt, pairs, looks, classes, ignore_index)
    _find_faults(faults, pairs, looks, labels)
    usable, lines = faults.settle()
    if not usable.size:
        raise UserError(f'none of the {len(pairs)} label maps of {gt} can be scored')
    return CheckedLabelMaps(labels, tuple(pairs[index] for index in usable), lines)


@dataclass(frozen=True)
class _Look:
    """What a pair of files holds: labels, or why there are none.

    Attributes:
        pixels: (256,) int64, pixels of each ground-truth label; None where it cannot be read.
        both: Pairs of labels that meet in a pixel, ``256 * truth + predicted``.
        palette: Whether the ground truth has one.
        sizes: Of ground truth and prediction, as text.
        unread_truth: Why the ground truth cannot be used.
        unread: Why the prediction cannot.
    """

    pixels: np.ndarray | None = None
    both: np.ndarray | None = None
    palette: bool = False
    sizes: tuple[str, str] = ('', '')
    unread_truth: str = ''
    unread: str = ''


def _look(pair: LabelMapPair) -> _Look:
    try:
        truth, palette = read_label_map(pair.truth)
    except UserError as error:
        return _Look(unread_truth=str(error))
    pixels = np.bincount(truth.ravel(), minlength=256)
    if pair.predicted is None:
        return _Look(pixels, palette=palette)
    try:
        predicted, _ = read_label_map(pair.predicted)
    except UserError as error:
        return _Look(pixels, palette=palette, unread=str(error))
    both = np.zeros(0, int)
    if truth.shape == predicted.shape:
        both = np.flatnonzero(np.bincount((truth.astype(np.uint16) << 8 | predicted).ravel()))
    sizes = tuple(f'{shape[1]}x{shape[0]} px' for shape in (truth.shape, predicted.shape))
    return _Look(pixels, both, palette, sizes)


def _name(
    gt: Path,
    pairs: Sequence[LabelMapPair],
    looks: Sequence[_Look],
    classes: Sequence[str] | None,
    ignore_index: int | None,
) -> Labels:
    census = LabelCensus()
    for pair, look in zip(pairs, looks, strict=True):
        if look.pixels is not None:
            census.add(pair.truth, look.pixels, palette=look.palette)
    if not census.seen:
        raise UserError(f'no label map of {gt} can be used; the first: {looks[0].unread_truth}')
    near = (gt.absolute(), *gt.absolute().parents[:2])
    return name_labels(
        next((folder for folder in near if find_name_file(folder)), gt),
        census,
        in_voc=any(VOC_MAP_DIR in pair.truth.parts for pair in pairs),
        image_names=[Path(pair.name).stem for pair in pairs],
        classes=classes,
        ignore_index=ignore_index,
        findings=Findings(),
    )


def _find_faults(
    faults: Faults, pairs: Sequence[LabelMapPair], looks: Sequence[_Look], labels: Labels
) -> None:
    """Note what cannot be scored."""

    def add(what: str, bad: list, show: Callable[[int], object]) -> None:
        faults.add(np.array([bool(entry) for entry in bad]), what, show)

    add(
        'have a ground truth that is no label map',
        [look.unread_truth for look in looks],
        lambda index: looks[index].unread_truth,
    )
    add(
        'are missing',
        [pair.predicted is None for pair in pairs],
        lambda index: pairs[index].name,
    )
    add(
        'are no label maps',
        [look.unread for look in looks],
        lambda index: looks[index].unread,
    )
    add(
        'have another size than the ground truth',
        [look.sizes[0] != look.sizes[1] for look in looks],
        lambda index: '{}: {}, ground truth {}'.format(
            pairs[index].name, *looks[index].sizes[::-1]
        ),
    )
    strange = [[] if look.both is None else sorted(_strange(look.both, labels)) for look in looks]
    add(
        f'hold a label that is no class ({labels.first} to {labels.last} are: {labels.source})',
        strange,
        lambda index: f'{pairs[index].name}, label {strange[index][0]}',
    )


def _strange(both: np.ndarray, labels: Labels) -> set[int]:
    """Predicted labels that are no class, where the ground truth counts."""
    truth, predicted = both >> 8, both & 255
    bad = ((predicted < labels.first) | (predicted > labels.last)) & ~np.isin(
        truth, [*labels.ignored]
    )
    return set(predicted[bad].tolist())
