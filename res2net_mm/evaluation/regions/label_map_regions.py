"""Read two folders of label maps, check that they can be compared, and find their regions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import check_bootstrap, with_intervals
from res2net_mm.evaluation.regions.image_regions import TOLERANCE, check_tolerance, find_regions
from res2net_mm.evaluation.regions.region_result import RegionResult, region_table, score_regions
from res2net_mm.evaluation.regions.region_set import RegionSet, stack_regions, write_regions
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.formats.findings import Faults, Findings
from res2net_mm.formats.label_maps.class_names import Labels, find_name_file, name_labels
from res2net_mm.formats.label_maps.folder import VOC_MAP_DIR
from res2net_mm.formats.label_maps.map_file import LabelCensus, read_label_map
from res2net_mm.formats.label_maps.pairs import LabelMapPair, pair_label_maps
from res2net_mm.progress import track
from res2net_mm.whole_file import write_json_file

NO_LABEL = -1  # stands for ignored pixels, once read


@dataclass(frozen=True)
class CheckedLabelMaps:
    """Label maps that can be compared.

    Attributes:
        labels: Meaning of their labels.
        usable: The pairs.
        lines: Faults of the others, a line each.
    """

    labels: Labels
    usable: tuple[LabelMapPair, ...]
    lines: tuple[str, ...]

    def read(self, pair: LabelMapPair) -> tuple[np.ndarray, np.ndarray]:
        """Return truth and prediction, (H, W) integers: classes from 0, ``NO_LABEL`` if ignored."""
        assert pair.predicted is not None
        truth, predicted = (
            read_label_map(file)[0].astype(int) for file in (pair.truth, pair.predicted)
        )
        ignored = np.isin(truth, [*self.labels.ignored])
        return np.where(ignored, NO_LABEL, truth - self.labels.first), predicted - self.labels.first


@dataclass(frozen=True)
class LabelMapRegions:
    """Label maps and their regions, in one order."""

    checked: CheckedLabelMaps
    regions: RegionSet


def read_label_maps(
    gt: str | Path,
    dt: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    tolerance: float = TOLERANCE,
    on_error: str = 'stop',
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> LabelMapRegions:
    """Read two folders of label maps and compare them region by region.

    Args:
        gt: Folder of the ground truth; names of classes are looked for in it and above it.
        dt: Folder of the predictions.
        classes: Names of the classes, as in ``name_labels``.
        ignore_index: The ignored label of the ground truth, likewise.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.
        on_error: ``stop`` at pairs that cannot be compared, or ``skip`` them.
        progress: Whether to show progress.
        say: Gets what was read, and what a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    gt, dt = Path(gt), Path(dt)
    pairs, extra = pair_label_maps(gt, dt)
    faults = Faults(str(dt), 'label maps', len(pairs), on_error)
    contents = [_read(pair) for pair in track(pairs, 'reading', total=len(pairs), shown=progress)]
    labels = _name(gt, pairs, contents, classes, ignore_index)
    _find_faults(faults, pairs, contents, labels)
    usable, lines = faults.settle()
    if not usable.size:
        raise UserError(f'none of the {len(pairs)} label maps of {gt} can be scored')
    checked = CheckedLabelMaps(labels, tuple(pairs[index] for index in usable), lines)
    names = labels.classes
    say(f'{gt}: {len(pairs)} label maps of {len(names)} classes, {labels.source}')
    for line in lines:
        say(f'note: {line}')
    if extra:
        say(f'note: {dt}: {len(extra)} label maps without ground truth, the first is {extra[0]}')
    regions = []
    for pair in track(checked.usable, 'comparing', total=len(checked.usable), shown=progress):
        of_image = find_regions(
            *checked.read(pair), classes=len(names), ignore_index=NO_LABEL, tolerance=tolerance
        )
        regions.append((pair.name, of_image))
    return LabelMapRegions(checked, stack_regions(regions, names, tolerance))


@dataclass(frozen=True)
class _Content:
    """The labels of a pair of files, or why there are none.

    Attributes:
        pixels: (256,) int64, pixels of each ground-truth label; None where it cannot be read.
        both: Pairs of labels that meet in a pixel, ``256 * truth + predicted``.
        palette: Whether the ground truth has a palette.
        sizes: Sizes of ground truth and prediction, as text.
        unread_truth: Why the ground truth cannot be used.
        unread: Why the prediction cannot be used.
    """

    pixels: np.ndarray | None = None
    both: np.ndarray | None = None
    palette: bool = False
    sizes: tuple[str, str] = ('', '')
    unread_truth: str = ''
    unread: str = ''


def _read(pair: LabelMapPair) -> _Content:
    try:
        truth, palette = read_label_map(pair.truth)
    except UserError as error:
        return _Content(unread_truth=str(error))
    pixels = np.bincount(truth.ravel(), minlength=256)
    if pair.predicted is None:
        return _Content(pixels, palette=palette)
    try:
        predicted, _ = read_label_map(pair.predicted)
    except UserError as error:
        return _Content(pixels, palette=palette, unread=str(error))
    both: np.ndarray = np.zeros(0, int)
    if truth.shape == predicted.shape:
        both = np.flatnonzero(np.bincount((truth.astype(np.uint16) << 8 | predicted).ravel()))
    of_truth, of_predicted = (f'{m.shape[1]}x{m.shape[0]} px' for m in (truth, predicted))
    return _Content(pixels, both, palette, (of_truth, of_predicted))


def _name(
    gt: Path,
    pairs: Sequence[LabelMapPair],
    contents: Sequence[_Content],
    classes: Sequence[str] | None,
    ignore_index: int | None,
) -> Labels:
    census = LabelCensus()
    for pair, content in zip(pairs, contents, strict=True):
        if content.pixels is not None:
            census.add(pair.truth, content.pixels, palette=content.palette)
    if not census.seen:
        raise UserError(f'no label map of {gt} can be used; the first: {contents[0].unread_truth}')
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
    faults: Faults, pairs: Sequence[LabelMapPair], contents: Sequence[_Content], labels: Labels
) -> None:
    """Add what cannot be scored."""

    def add(what: str, shown: Sequence[str]) -> None:
        faults.add([bool(text) for text in shown], what, lambda index: shown[index])

    def strange(content: _Content) -> list[int]:
        """Return predicted labels that are no class, where the ground truth counts."""
        if content.both is None:
            return []
        truth, predicted = content.both >> 8, content.both & 255
        no_class = (predicted < labels.first) | (predicted > labels.last)
        return sorted({*predicted[no_class & ~np.isin(truth, [*labels.ignored])].tolist()})

    def sizes(pair: LabelMapPair, truth: str, predicted: str) -> str:
        return '' if truth == predicted else f'{pair.name}: {predicted}, ground truth {truth}'

    both = list(zip(pairs, contents, strict=True))
    add('have a ground truth that is no label map', [c.unread_truth for c in contents])
    add('are missing', [pair.name if pair.predicted is None else '' for pair in pairs])
    add('are no label maps', [c.unread for c in contents])
    add('have another size than the ground truth', [sizes(pair, *c.sizes) for pair, c in both])
    known = f'{labels.first} to {labels.last} are: {labels.source}'
    add(
        f'hold a label that is no class ({known})',
        [f'{pair.name}, label {odd[0]}' if (odd := strange(c)) else '' for pair, c in both],
    )


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
    """Read two folders of label maps, score them by region size and print the table.

    Args:
        gt: Folder of ground-truth label maps (PNG, palettes too), nested or not.
        dt: Folder of predicted ones of the same names.
        classes: Names of the classes, in the order of their labels; None for what a classes.txt
            says, else the names of a known set, else the labels themselves.
        ignore_index: Label of the ground truth to leave out; 0 where the classes begin at 1. None
            for the one that is known to be, else 255.
        bins: Size bins as in ``score_regions``.
        bins_by: What the limits of bins measure.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        on_error: ``stop`` at images that cannot be scored, or ``skip`` them; either says how many.
        json_path: Where to write the result; the regions of every image go beside it, in a file of
            the same name that ends in ``.npz``. None for nowhere.
        progress: Whether to show progress.
        say: Gets the table and what else a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    check_bootstrap(bootstrap)
    bins, tolerance = make_bins(bins, bins_by), check_tolerance(tolerance)
    read = read_label_maps(
        gt,
        dt,
        classes=classes,
        ignore_index=ignore_index,
        tolerance=tolerance,
        on_error=on_error,
        progress=progress,
        say=say,
    )
    result = score_regions(read.regions, bins=bins, notes=read.checked.lines)
    if bootstrap:
        result = with_intervals(result, resamples=bootstrap, seed=seed, progress=progress)
    say('\n' + region_table(result))
    if json_path is not None:
        written = write_json_file(result.to_dict(), json_path)
        beside = write_regions(read.regions, Path(json_path).with_suffix('.npz'))
        say(f'\nwritten to {written}, the regions to {beside}')
    return result
