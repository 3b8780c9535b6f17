"""Finds out what the labels of a folder's masks mean: names of classes, and what to ignore."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.known_segmentation_sets import CAMVID, CAMVID_NAME, VOC
from res2net_mm.formats.label_map_census import MaskCensus
from res2net_mm.formats.text_file import read_lines

NAME_FILES = ('classes.txt', 'labels.txt', 'label_colors.txt')
NAME_DIRS = ('', 'labels', 'annotations', 'masks')
IGNORED = 255  # what mmseg ignores unless told otherwise
VOID_NAMES = {'void', 'unlabelled', 'unlabeled', 'ignore', 'ignored', 'unknown'}
# A line is a name, perhaps after its number or its colour (red, green, blue).
NAME_LINE = re.compile(r'^(?:\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3}[\s,]+|\d+\s*[:,\s]\s*)?(.*\S)\s*$')


@dataclass(frozen=True)
class Labels:
    """What the labels of the masks mean.

    Attributes:
        classes: names, in the order of the labels.
        ignore_index: the label that is neither trained on nor counted; 0 where the classes begin
            at 1.
        source: where names and ignored label come from, as a phrase.
    """

    classes: tuple[str, ...]
    ignore_index: int
    source: str

    @property
    def first(self) -> int:
        """The label of the first class."""
        return int(self.ignore_index == 0)


def name_labels(
    root: Path,
    census: MaskCensus,
    *,
    layout: str,
    image_names: Iterable[str],
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    on_fault: OnFault = stop_at,
) -> Labels:
    """Names the classes, from the first that says: the caller, a file, a known set, the labels.

    The ignored label is the caller's, else one that a file or a known set calls void, else the only
    label above the named classes, else 255.

    Args:
        root: the folder.
        census: the labels in all of its masks.
        layout: ``voc`` or ``folders``.
        image_names: names of the images, by which CamVid is known.
        classes: names, without the ignored label.
        ignore_index: the ignored label, 0 to 255.
        on_fault: called where masks hold labels that have no name.

    Raises:
        UserError: nothing can be made of the labels, or ``on_fault`` raises.
    """
    if ignore_index is not None and not 0 <= ignore_index <= 255:
        raise UserError(f'--ignore-index {ignore_index} is not a label: 0 to 255 is allowed.')
    seen = census.seen()
    void = ignore_index
    if classes:
        names, source = tuple(_checked(classes, '--classes')), 'as given'
    elif file := find_name_file(root):
        names, void = _without_void(file, _read_names(file), ignore_index)
        source = f'named by {file}'
    elif layout == 'voc' and census.palettes and seen <= {*range(len(VOC)), IGNORED}:
        names, source = VOC, 'named as in PASCAL VOC, as its layout and palettes say'
    elif seen <= set(range(len(CAMVID) + 1)) and all(map(CAMVID_NAME.match, image_names)):
        names, source = CAMVID, 'named as in CamVid, as the names of the images say'
        void = len(CAMVID) if void is None else void
    else:
        return _unnamed(root, census, IGNORED if void is None else void, on_fault)
    above = {label for label in seen if label >= len(names)}
    if void is None:
        void = above.pop() if len(above) == 1 else IGNORED
    labels = Labels(names, void, f'{source}; label {void} ignored')
    _check(labels, census, on_fault)
    return labels


def find_name_file(root: Path) -> Path | None:
    """The file that names the classes of a folder."""
    files = (root / folder / name for folder in NAME_DIRS for name in NAME_FILES)
    return next((file for file in files if file.is_file()), None)


def _read_names(file: Path) -> list[str]:
    names = [NAME_LINE.match(line)[1] for line in read_lines(file)]
    if not names:
        raise UserError(
            f'{file} is empty: write the name of a class in each line, from label 0 on.'
        )
    return _checked(names, file)


def _checked(names: Sequence[str], source: object) -> list[str]:
    """The names, if there is one of its own for each class."""
    for name in names:
        if not name.strip():
            raise UserError(f'{source}: a class has the name {name!r}; give it one that shows.')
        if list(names).count(name) > 1:
            raise UserError(f'{source} names the class {name!r} twice.')
    if len(names) > IGNORED:
        raise UserError(f'{source} names {len(names)} classes: {IGNORED} is the most in 8 bits.')
    return list(names)


def _without_void(file: Path, names: list[str], ignore_index: int | None):
    """The names of the classes alone, and the ignored label if it is known.

    Label ``i`` has line ``i``; only the first or the last can be no class, so that the labels of
    the classes follow each other.
    """
    void = ignore_index
    if void is None:
        ends = [i for i in (0, len(names) - 1) if names[i].lower() in VOID_NAMES]
        void = ends[0] if ends else None
    if void is None or void >= len(names):
        return tuple(names), void
    if void not in (0, len(names) - 1):
        raise UserError(
            f'--ignore-index {void} is the class {names[void]!r} of {file}: only the first or last '
            f'class ({names[0]!r}, {names[-1]!r}) or a label without a name can be ignored.'
        )
    return tuple(name for i, name in enumerate(names) if i != void), void


def _unnamed(root: Path, census: MaskCensus, void: int, on_fault: OnFault) -> Labels:
    """Classes named by their labels, up to the greatest that occurs."""
    first = int(void == 0)
    seen = sorted(census.seen() - {void, IGNORED})
    names = tuple(f'class_{label}' for label in range(first, max(seen, default=0) + 1))
    if len(names) > 2 * len(seen):
        raise UserError(
            f'the masks of {root} hold only the labels {", ".join(map(str, seen)) or "ignored"}: '
            'number the classes 0, 1, 2 and so on, or name them all in classes.txt.'
        )
    hint = ''
    if void == IGNORED and IGNORED not in census.seen():
        hint = (
            f' (does not occur): no file names the classes, so {seen[-1]} is taken for one; '
            f'--ignore-index {seen[-1]} if it means unlabelled'
        )
    source = f'named by their labels; label {void} ignored{hint}'
    labels = Labels(names, void, source)
    _check(labels, census, on_fault)
    return labels


def _check(labels: Labels, census: MaskCensus, on_fault: OnFault) -> None:
    last = labels.first + len(labels.classes) - 1
    ignored = {labels.ignore_index, IGNORED} if labels.first else {labels.ignore_index}
    strange = sorted(census.seen() - {*range(labels.first, last + 1)} - ignored)
    if strange:
        what = (
            f'labels in masks that are none of the {len(labels.classes)} classes '
            f'({labels.source}), which have {labels.first} to {last}'
        )
        held = ((label, *census.masks[label]) for label in strange)
        examples = first_few(f'label {label} in {n} masks, first {file}' for label, n, file in held)
        fix = 'mend the masks, or say what the label is with --classes or --ignore-index'
        on_fault(Finding(census.masks[strange[0]][1], what, len(strange), examples, fix))
    if labels.first <= labels.ignore_index <= last:
        raise UserError(
            f'--ignore-index {labels.ignore_index} is a class ({labels.source}): name the classes '
            'without it, in --classes.'
        )
    if len(labels.classes) < 2:
        raise UserError(
            f'the masks hold one class ({labels.source}), and a segmenter tells two apart: give '
            'the background the label 0 and the object 1, not 255, which is ignored.'
        )
