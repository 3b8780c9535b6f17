"""Score label maps that any framework has written to a folder; no model is needed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import check_bootstrap
from res2net_mm.evaluation.regions.image_regions import TOLERANCE, check_tolerance, find_regions
from res2net_mm.evaluation.regions.region_result import RegionResult, region_table, score_regions
from res2net_mm.evaluation.regions.region_set import RegionSet, stack_regions, write_regions
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.evaluation.written_results import report_result, write_result
from res2net_mm.formats.findings import Faults, Findings
from res2net_mm.formats.image_file import size_text
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.class_names import name_labels
from res2net_mm.formats.label_maps.class_table import table_files, table_folders
from res2net_mm.formats.label_maps.encoding import Encoding, fits
from res2net_mm.formats.label_maps.labels import Labels
from res2net_mm.formats.label_maps.map_file import MapPixels, read_pixels
from res2net_mm.formats.label_maps.pairs import LabelMapPair, pair_label_maps
from res2net_mm.formats.label_maps.tree import core
from res2net_mm.progress import track

NO_LABEL = -1  # stands for ignored pixels, once read


@dataclass(frozen=True)
class CheckedLabelMaps:
    """Label maps that can be compared."""

    labels: Labels  # their meaning
    predicted: Encoding  # how the predictions say theirs
    usable: tuple[LabelMapPair, ...]  # the pairs
    lines: tuple[str, ...]  # faults of the others, a line each

    def read(self, pair: LabelMapPair) -> tuple[np.ndarray, np.ndarray]:
        """Return truth and prediction, (H, W) integers: classes from 0, ``NO_LABEL`` if ignored."""
        assert pair.predicted is not None
        truth = self.labels.encoding.decode(read_pixels(pair.truth)).astype(int)
        predicted = self.predicted.decode(read_pixels(pair.predicted)).astype(int)
        ignored = np.isin(truth, [*self.labels.ignored])
        return np.where(ignored, NO_LABEL, truth - self.labels.first), predicted - self.labels.first


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
        say: Receives the table and what else a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    check_bootstrap(bootstrap)
    bins, tolerance = make_bins(bins, bins_by), check_tolerance(tolerance)
    checked, regions = read_label_maps(
        gt,
        dt,
        classes=classes,
        ignore_index=ignore_index,
        tolerance=tolerance,
        on_error=on_error,
        progress=progress,
        say=say,
    )
    result = score_regions(regions, bins=bins, notes=checked.lines)

    write = None
    if json_path is not None:
        beside = partial(write_regions, regions)
        write = partial(write_result, path=json_path, write_beside=beside, what='regions')
    return report_result(
        result,
        region_table,
        write,
        bootstrap=bootstrap,
        seed=seed,
        say=say,
        progress=progress,
    )


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
) -> tuple[CheckedLabelMaps, RegionSet]:
    """Read two folders of label maps; return those that can be compared, and their regions.

    The arguments are those of ``evaluate_label_maps``; class names are looked for in the folder of
    the ground truth and above it.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    gt, dt = Path(gt), Path(dt)
    pairs, extra = pair_label_maps(gt, dt)
    faults = Faults(str(dt), 'label maps', len(pairs), on_error)
    truths, predictions = LabelCensus(), LabelCensus()
    contents = [
        _read(pair, truths, predictions)
        for pair in track(pairs, 'reading', total=len(pairs), shown=progress)
    ]
    if not truths.seen and not truths.colours:
        raise UserError(f'no label map of {gt} can be used; the first: {contents[0].unread_truth}')
    labels = _name(gt, pairs, truths, classes, ignore_index)
    encoding = labels.encoding
    if not fits(encoding, predictions, {*range(labels.first, labels.last + 1)}):
        encoding = Encoding()  # predictions are labels of classes, however the truth says them
    checked = CheckedLabelMaps(labels, encoding, tuple(pairs), ())
    _find_faults(faults, contents, checked)
    usable, lines = faults.settle()
    if not usable.size:
        raise UserError(f'none of the {len(pairs)} label maps of {gt} can be scored')
    checked = replace(checked, usable=tuple(pairs[index] for index in usable), lines=lines)
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
    return checked, stack_regions(regions, names, tolerance)


@dataclass(frozen=True)
class _Content:
    """What a pair of files holds, or why it cannot be used."""

    # Codes of truth and prediction that meet in a pixel; None if none do.
    meeting: tuple[MapPixels, MapPixels] | None = None
    sizes: tuple[str, str] = ('', '')  # of ground truth and prediction, as text
    unread_truth: str = ''  # why the ground truth cannot be used
    unread: str = ''  # why the prediction cannot be used


def _read(pair: LabelMapPair, truths: LabelCensus, predictions: LabelCensus) -> _Content:
    """Read a pair and count what it holds."""
    try:
        truth = read_pixels(pair.truth)
        truths.add(pair.truth, truth)
    except UserError as error:
        return _Content(unread_truth=str(error))
    if pair.predicted is None:
        return _Content()
    try:
        predicted = read_pixels(pair.predicted)
        predictions.add(pair.predicted, predicted)
    except UserError as error:
        return _Content(unread=str(error))
    shapes = truth.codes.shape, predicted.codes.shape
    meeting = _meeting(truth, predicted) if shapes[0] == shapes[1] else None
    return _Content(meeting, (size_text(shapes[0]), size_text(shapes[1])))


def _meeting(truth: MapPixels, predicted: MapPixels) -> tuple[MapPixels, MapPixels]:
    if truth.shown is not None and predicted.shown is not None:
        both = truth.codes.astype(np.uint16) << 8 | predicted.codes
        both, bits = np.flatnonzero(np.bincount(both.ravel())), 8
    else:
        both, bits = np.unique(truth.codes.astype(np.int64) << 24 | predicted.codes), 24
    return _with_codes(truth, both >> bits), _with_codes(predicted, both & (1 << bits) - 1)


def _with_codes(pixels: MapPixels, codes: np.ndarray) -> MapPixels:
    if pixels.shown is None:
        return replace(pixels, codes=codes.astype(np.int32))
    return replace(pixels, codes=codes.astype(np.uint8))


def _name(
    gt: Path,
    pairs: Sequence[LabelMapPair],
    census: LabelCensus,
    classes: Sequence[str] | None,
    ignore_index: int | None,
) -> Labels:
    root, maps = gt.absolute(), [pair.truth.absolute() for pair in pairs]
    near = (
        table_files(table_folders(root, maps)),
        *(table_files(table_folders(folder, ())) for folder in root.parents[:2]),
    )
    return name_labels(
        gt,
        census,
        tables=next(filter(None, near), ()),
        images={core(Path(pair.name).stem) for pair in pairs},
        maps=maps,
        classes=classes,
        ignore_index=ignore_index,
        findings=Findings(),
    )


def _find_faults(faults: Faults, contents: Sequence[_Content], checked: CheckedLabelMaps) -> None:
    """Add the label maps that cannot be scored to the faults."""
    labels, pairs = checked.labels, checked.usable

    def add(what: str, shown: Sequence[str]) -> None:
        faults.add([bool(text) for text in shown], what, lambda index: shown[index])

    def strange(content: _Content) -> list[int]:
        """Return predicted labels that are no class, where the ground truth counts."""
        if content.meeting is None:
            return []
        truth = labels.encoding.decode(content.meeting[0])
        predicted = checked.predicted.decode(content.meeting[1])
        no_class = (predicted < labels.first) | (predicted > labels.last)
        return sorted({*predicted[no_class & ~np.isin(truth, [*labels.ignored])].tolist()})

    def colours(pair: LabelMapPair, content: _Content) -> str:
        has = content.meeting is not None and content.meeting[1].shown is None
        return f'{pair.name} holds colours' if has and not checked.predicted.colours else ''

    def sizes(pair: LabelMapPair, truth: str, predicted: str) -> str:
        return '' if truth == predicted else f'{pair.name}: {predicted}, ground truth {truth}'

    both = list(zip(pairs, contents, strict=True))
    add('have a ground truth that is no label map', [c.unread_truth for c in contents])
    add('are missing', [pair.name if pair.predicted is None else '' for pair in pairs])
    add('are no label maps', [c.unread or colours(pair, c) for pair, c in both])
    add('have another size than the ground truth', [sizes(pair, *c.sizes) for pair, c in both])
    known = f'{labels.first} to {labels.last} are: {labels.source}'
    add(
        f'hold a label that is no class ({known})',
        [f'{pair.name}, label {odd[0]}' if (odd := strange(c)) else '' for pair, c in both],
    )
