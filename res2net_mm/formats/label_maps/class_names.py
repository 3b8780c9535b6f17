"""What the labels in label maps mean: the names of the classes, and which label is ignored."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import ERROR, Findings
from res2net_mm.formats.label_maps.map_file import LabelCensus
from res2net_mm.formats.text_file import read_lines

NAME_FILES = ('classes.txt', 'labels.txt', 'label_colors.txt')
NAME_DIRS = ('', 'labels', 'annotations', 'masks')
IGNORED = 255  # what mmseg ignores unless told otherwise
VOID_NAMES = {'void', 'unlabelled', 'unlabeled', 'ignore', 'ignored', 'unknown'}
# A line is a name, perhaps after its number or its colour (red, green, blue).
NAME_LINE = re.compile(r'^(?:\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3}[\s,]+|\d+\s*[:,\s]\s*)?(.*\S)\s*$')

# Public sets whose folders do not name their classes, in the order of the labels.
# fmt: off
VOC_CLASSES = (  # of 2012; 255 marks borders and is ignored
    'background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair',
    'cow', 'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa',
    'train', 'tvmonitor',
)
CAMVID_CLASSES = (  # the eleven of the SegNet tutorial; label 11 is unlabelled there
    'sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian',
    'bicyclist',
)
# fmt: on
CAMVID_IMAGE = re.compile(r'(0001TP|0006R0|0016E5|Seq05VD)_f?\d+$')  # the films it is cut from


@dataclass(frozen=True)
class Labels:
    """What the labels in label maps mean.

    Attributes:
        classes: Names, in the order of the labels.
        ignore_index: The label that is neither trained on nor counted; 0 where the classes begin
            at 1.
        source: Where names and ignored label come from, as a phrase.
    """

    classes: tuple[str, ...]
    ignore_index: int
    source: str

    @property
    def first(self) -> int:
        """The label of the first class."""
        return int(self.ignore_index == 0)

    @property
    def last(self) -> int:
        """The label of the last class."""
        return self.first + len(self.classes) - 1

    @property
    def ignored(self) -> set[int]:
        """The labels that do not count; where that is 0, 255 does not count either."""
        return {self.ignore_index, IGNORED} if self.first else {self.ignore_index}


def name_labels(
    root: Path,
    census: LabelCensus,
    *,
    in_voc: bool,
    image_names: Iterable[str],
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    findings: Findings,
) -> Labels:
    """Name the classes by the first source there is: the caller, a file, a known set, the labels.

    The ignored label is the caller's, else one that a file or a known set calls void, else the only
    label above the named classes, else 255.

    Args:
        root: The folder.
        census: The labels in all of its label maps.
        in_voc: Whether the folder is in VOC layout.
        image_names: Names of the images, by which CamVid is known.
        classes: Names, without the ignored label.
        ignore_index: The ignored label, 0 to 255.
        findings: Gets labels that have no name.

    Raises:
        UserError: Nothing can be made of the labels, or ``findings`` stop at an error.
    """
    if ignore_index is not None and not 0 <= ignore_index <= 255:
        given = argument('ignore_index', ignore_index)
        raise UserError(f'{given} is not a label: 0 to 255 is allowed.')
    seen, void = census.seen, ignore_index
    if classes:
        names, source = _checked(classes, argument('classes')), 'as given'
    elif file := find_name_file(root):
        names, void = _without_void(file, _read_names(file), ignore_index)
        source = f'named by {file}'
    elif in_voc and census.palettes and seen <= {*range(len(VOC_CLASSES)), IGNORED}:
        names, source = VOC_CLASSES, 'named as in PASCAL VOC, as its layout and palettes say'
    elif seen <= {*range(len(CAMVID_CLASSES) + 1)} and all(map(CAMVID_IMAGE.match, image_names)):
        names, source = CAMVID_CLASSES, 'named as in CamVid, as the names of the images say'
        void = len(names) if void is None else void
    else:
        return _unnamed(root, census, IGNORED if void is None else void, findings)
    if void is None:
        above = [label for label in seen if label >= len(names)]
        void = above[0] if len(above) == 1 else IGNORED
    labels = Labels(names, void, f'{source}; label {void} ignored')
    _check(labels, census, findings)
    return labels


def find_name_file(root: Path) -> Path | None:
    """Return the file that names the classes of a folder, None where there is none."""
    files = (root / folder / name for folder in NAME_DIRS for name in NAME_FILES)
    return next((file for file in files if file.is_file()), None)


def _read_names(file: Path) -> tuple[str, ...]:
    names = [NAME_LINE.sub(r'\1', line) for line in read_lines(file)]
    if not names:
        raise UserError(
            f'{file} is empty: write the name of a class in each line, from label 0 on.'
        )
    return _checked(names, file)


def _checked(names: Sequence[str], source: object) -> tuple[str, ...]:
    """Return the names; raise UserError unless they are visible and unique."""
    for name in names:
        if not name.strip():
            raise UserError(f'{source}: a class has the name {name!r}; give it one that shows.')
        if list(names).count(name) > 1:
            raise UserError(f'{source} names the class {name!r} twice.')
    if len(names) > IGNORED:
        raise UserError(f'{source} names {len(names)} classes: {IGNORED} is the most in 8 bits.')
    return tuple(names)


def _without_void(
    file: Path, names: tuple[str, ...], ignore_index: int | None
) -> tuple[tuple[str, ...], int | None]:
    """Return the names of the classes alone, and the ignored label if it is known.

    Label ``i`` has line ``i``; only the first or the last can be no class, so that the labels of
    the classes follow each other.
    """
    void, ends = ignore_index, (0, len(names) - 1)
    if void is None:
        void = next((i for i in ends if names[i].lower() in VOID_NAMES), None)
    if void is None or void >= len(names):
        return names, void
    if void not in ends:
        raise UserError(
            f'{argument("ignore_index", void)} is the class {names[void]!r} of {file}: only the '
            f'first or last class ({names[0]!r}, {names[-1]!r}) or a label without a name can be '
            'ignored.'
        )
    return tuple(name for i, name in enumerate(names) if i != void), void


def _unnamed(root: Path, census: LabelCensus, void: int, findings: Findings) -> Labels:
    """Return classes named by their labels, up to the greatest that occurs."""
    first = int(void == 0)
    seen = sorted(census.seen - {void, IGNORED})
    names = tuple(f'class_{label}' for label in range(first, max(seen, default=0) + 1))
    if len(names) > 2 * len(seen):
        raise UserError(
            f'the label maps of {root} hold only the labels '
            f'{", ".join(map(str, seen)) or "ignored"}: number the classes 0, 1, 2 and so on, or '
            'name them all in classes.txt.'
        )
    hint = ''
    if void == IGNORED and IGNORED not in census.seen:
        hint = (
            f' (does not occur): no file names the classes, so {seen[-1]} is taken for one; '
            f'{argument("ignore_index", seen[-1])} if it means unlabelled'
        )
    labels = Labels(names, void, f'named by their labels; label {void} ignored{hint}')
    _check(labels, census, findings)
    return labels


def _check(labels: Labels, census: LabelCensus, findings: Findings) -> None:
    classes = range(labels.first, labels.last + 1)
    if strange := sorted(census.seen - {*classes} - labels.ignored):
        held = ((label, *census.maps[label]) for label in strange)
        findings.add(
            ERROR,
            census.maps[strange[0]][1],
            f'labels in label maps that are none of the {len(classes)} classes ({labels.source}), '
            f'which have {labels.first} to {labels.last}',
            [f'label {label} in {count} label maps, first {file}' for label, count, file in held],
            'mend the label maps, or say what the label is with '
            f'{argument("classes")} or {argument("ignore_index")}',
        )
    if labels.ignore_index in classes:
        raise UserError(
            f'{argument("ignore_index", labels.ignore_index)} is a class ({labels.source}): name '
            f'the classes without it, in {argument("classes")}.'
        )
    if len(classes) < 2:
        raise UserError(
            f'the label maps hold one class ({labels.source}), and a segmenter tells two apart: '
            'give the background the label 0 and the object 1, not 255, which is ignored.'
        )
