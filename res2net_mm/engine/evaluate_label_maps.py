"""Score label maps that any framework has written to a folder; no model is needed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from res2net_mm.data.label_map_pairs import LabelMapPair, pair_label_maps
from res2net_mm.data.segmentation_classes import IGNORED, Labels, find_name_file, name_labels
from res2net_mm.data.segmentation_masks import MaskCensus, read_mask
from res2net_mm.errors import UserError
from res2net_mm.evaluation.faults import Faults
from res2net_mm.evaluation.json_file import write_json_file
from res2net_mm.evaluation.progress import track
from res2net_mm.evaluation.regions import (
    RegionResult,
    find_regions,
    region_table,
    score_regions,
    stack_regions,
    with_region_intervals,
    write_regions,
)
from res2net_mm.evaluation.regions.boundaries import TOLERANCE, check_tolerance
from res2net_mm.evaluation.size_bins import make_bins


def evaluate_label_maps(
    gt: str | Path,
    dt: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    tolerance: float = TOLERANCE,
    bootstrap: int = 0,
    seed: int = 0,
    on_error: str = 'stop',
    json_path: str | Path | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> RegionResult:
    """Read two folders of label maps, score them by region size, say the table.

    Args:
        gt: Folder of ground-truth label maps (PNG, palettes too), nested or not.
        dt: Folder of predicted ones of the same names.
        classes: Names of the classes, in the order of their labels; None for what a classes.txt
            says, else the names of a known set, else the labels themselves.
        ignore_index: Label of the ground truth to leave out; 0 where the classes begin at 1. None
            for the one that is known to be, else 255.
        bins: Size bins as in ``score_regions``.
        bins_by: What the limits of bins measure.
        tolerance: Of the boundary, as a share of the image diagonal.
        bootstrap: How often to draw the images anew for confidence intervals; 0 for none.
        seed: Of these draws.
        on_error: ``stop`` at images that cannot be scored, or ``skip`` them; either says how many.
        json_path: Where to write the result; the regions of every image go beside it, in a file of
            the same name that ends in ``.npz``. None for nowhere.
        progress: Whether to show progress.
        say: Gets the table and what else a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    if bootstrap < 0:
        raise UserError(
            f'bootstrap must be 0 for no intervals or a number of draws, got {bootstrap}'
        )
    bins, tolerance = make_bins(bins, bins_by), check_tolerance(tolerance)
    gt, dt = Path(gt), Path(dt)
    pairs, extra = pair_label_maps(gt, dt)
    faults = Faults(str(dt), 'label maps', len(pairs), on_error)
    looks = [_look(pair) for pair in track(pairs, 'reading', total=len(pairs), shown=progress)]
    labels = _name(gt, pairs, looks, classes, ignore_index)
    say(f'{gt}: {len(pairs)} label maps of {len(labels.classes)} classes, {labels.source}')
    for line in _check(faults, pairs, looks, labels):
        say(f'note: {line}')
    if extra:
        say(f'note: {dt}: {len(extra)} label maps without ground truth, the first is {extra[0]}')
    usable = [pairs[index] for index in np.flatnonzero(faults.usable)]
    if not usable:
        raise UserError(f'none of the {len(pairs)} label maps of {gt} can be scored')
    regions = [
        (pair.name, _regions(pair, labels, tolerance))
        for pair in track(usable, 'comparing', total=len(usable), shown=progress)
    ]
    result = score_regions(
        stack_regions(regions, labels.classes, tolerance), bins=bins, notes=faults.lines
    )
    if bootstrap:
        result = with_region_intervals(result, resamples=bootstrap, seed=seed, progress=progress)
    say('\n' + region_table(result))
    if json_path is not None:
        written = write_json_file(result.to_dict(), json_path)
        beside = write_regions(result.regions, Path(json_path).with_suffix('.npz'))
        say(f'\nwritten to {written}, the regions to {beside}')
    return result


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
        truth, palette = read_mask(pair.truth)
    except UserError as error:
        return _Look(unread_truth=str(error))
    pixels = np.bincount(truth.ravel(), minlength=256)
    if pair.predicted is None:
        return _Look(pixels, palette=palette)
    try:
        predicted, _ = read_mask(pair.predicted)
    except UserError as error:
        return _Look(pixels, palette=palette, unread=str(error))
    both = np.zeros(0, int)
    if truth.shape == predicted.shape:
        both = np.flatnonzero(np.bincount((truth.astype(np.uint16) << 8 | predicted).ravel()))
    sizes = tuple(f'{shape[1]}x{shape[0]} px' for shape in (truth.shape, predicted.shape))
    return _Look(pixels, both, palette, sizes)


def _name(gt: Path, pairs, looks, classes, ignore_index) -> Labels:
    census = MaskCensus()
    for pair, look in zip(pairs, looks, strict=True):
        if look.pixels is not None:
            seen = dict.fromkeys(np.flatnonzero(look.pixels).tolist(), (1, pair.truth))
            census |= MaskCensus(look.pixels, seen, look.palette)
    if not census.seen():
        raise UserError(f'no label map of {gt} can be used; the first: {looks[0].unread_truth}')
    near = (gt.absolute(), *gt.absolute().parents[:2])
    in_voc = any('SegmentationClass' in pair.truth.parts for pair in pairs)
    return name_labels(
        next((folder for folder in near if find_name_file(folder)), gt),
        census,
        layout='voc' if in_voc else 'folders',
        image_names=[Path(pair.name).stem for pair in pairs],
        classes=classes,
        ignore_index=ignore_index,
    )


def _check(faults: Faults, pairs, looks: list[_Look], labels: Labels) -> tuple[str, ...]:
    """Say what cannot be scored.

    Raises:
        UserError: If that is to stop.
    """

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
    last = labels.first + len(labels.classes) - 1
    strange = [
        [] if look.both is None else sorted(_strange(look.both, labels, last)) for look in looks
    ]
    add(
        f'hold a label that is no class ({labels.first} to {last} are: {labels.source})',
        strange,
        lambda index: f'{pairs[index].name}, label {strange[index][0]}',
    )
    return faults.settle()[1]


def _strange(both: np.ndarray, labels: Labels, last: int) -> set[int]:
    """Predicted labels that are no class, where the ground truth counts."""
    truth, predicted = both >> 8, both & 255
    bad = ((predicted < labels.first) | (predicted > last)) & ~np.isin(truth, _ignored(labels))
    return set(predicted[bad].tolist())


def _ignored(labels: Labels) -> list[int]:
    return [labels.ignore_index, IGNORED] if labels.first else [labels.ignore_index]


def _regions(pair: LabelMapPair, labels: Labels, tolerance: float):
    truth, predicted = (read_mask(file)[0].astype(int) for file in (pair.truth, pair.predicted))
    truth[np.isin(truth, _ignored(labels))] = -1
    truth[truth > 0] -= labels.first
    return find_regions(
        truth,
        predicted - labels.first,
        classes=len(labels.classes),
        ignore_index=-1,
        tolerance=tolerance,
    )
