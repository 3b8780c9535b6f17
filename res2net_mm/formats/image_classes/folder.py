"""Folders of images, one for each class: split by folders, by lists, or not yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_classes.class_folders import (
    ClassFolders,
    PlacedImage,
    find_class_folders,
)
from res2net_mm.formats.image_classes.class_names import is_number
from res2net_mm.formats.image_classes.csv_classes import CLASS_CSVS, rows_of_csvs
from res2net_mm.formats.image_classes.label_rows import LabelRow, find_rows
from res2net_mm.formats.image_classes.list_classes import CLASS_LISTS, rows_of_lists
from res2net_mm.formats.image_classes.split_lists import split_by_lists
from res2net_mm.formats.image_file import paths_below
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.reader import IMAGE_CLASSES, ClassifiedImages, Reader
from res2net_mm.formats.splits import UNNAMED

LOOKED_FOR = (
    'a folder of images for each class, within train/, val/ and test/ or without; ImageNet, whose '
    'val/ is flat beside a list'
)
#: Suffixes of files that are meant to be no images, such as Thumbs.db.
BESIDE = ('.txt', '.csv', '.json', '.xml', '.md', '.html', '.yaml', '.yml', '.db', '.ini', '.mat')
ALIKE = 0.9  # of the images of a class folder that a file of labels gives one class


def read_class_folders(root: Path, findings: Findings) -> dict[str, ClassifiedImages]:
    """Return the splits of a folder with class folders; none if it has none.

    Classes are in the order of their names, as MMPretrain and torchvision have them. Images in
    folders within a class folder are of its class. Images of a split without class folders, such
    as ImageNet's val, get the classes that a list or CSV file gives them: names, or numbers in the
    order of the class folders. Without folders of splits, lists such as ``train.txt`` name them.

    Raises:
        UserError: ``findings`` stop at an error.
    """
    folders = find_class_folders(root)
    placed = folders.placed
    classes = tuple(sorted({image.label for image in placed if image.label is not None}))
    if not classes or folders.is_label_maps:
        return {}
    unread = Findings(stop=False)  # what is wrong with files of labels is theirs to say
    rows = [*rows_of_csvs(root, unread), *rows_of_lists(root, unread)]
    found = find_rows(ImageIndex(root), rows, unread) if rows else []
    labels = {each.path: each.row for each in found}
    if len(classes) == 1 and (CLASS_CSVS.is_like(root) or CLASS_LISTS.is_like(root)):
        return {}
    if not _are_classes(placed, labels):
        return {}
    torn = [
        f'{image.path}: {row.label}'
        for image in placed
        if image.label and (row := labels.get(image.path)) and row.label in classes
        if row.label != image.label
    ]
    what = 'images whose row gives them another class than their folder, which is taken'
    findings.add(PROBLEM, root, what, torn, 'move the images, or mend the rows')
    are_split = {*folders.levels.values()} != {None}
    listed = {} if are_split else split_by_lists(root, placed, findings)
    splits: dict[str, list[tuple[str, str]]] = {}
    bare: list[PlacedImage] = []
    strange: list[str] = []
    for image in placed:
        label, row = image.label, labels.get(image.path)
        if label is None and row is not None:
            label = _class_of(row, classes)
        if label is not None:
            split = image.split or listed.get(image.path) or UNNAMED
            splits.setdefault(split, []).append((image.path, label))
        elif row is not None:
            strange.append(f'{image.path}: {row.label}')
        else:
            bare.append(image)
    what = f'images with a class that is none of the {len(classes)} folders'
    findings.add(ERROR, root, what, strange, 'mend the list, or add the folder of the class')
    classes = _without_strangers(root, splits, classes, findings)
    _name_unused(folders, placed, bare, findings)
    return {
        split: ClassifiedImages(
            file=_folder_of(folders, split),
            image_dir=root,
            images=tuple(path for path, _ in pairs),
            class_names=tuple(label for _, label in pairs),
            classes=classes,
            names_from='from the folders',
        )
        for split, pairs in sorted(splits.items())
    }


def _without_strangers(
    root: Path,
    splits: dict[str, list[tuple[str, str]]],
    classes: tuple[str, ...],
    findings: Findings,
) -> tuple[str, ...]:
    """Take away images of no split that have no class of one, such as ``seg_pred/``.

    Returns:
        The classes without theirs.
    """
    known = {label for split, found in splits.items() if split != UNNAMED for _, label in found}
    if not known or known & {label for _, label in splits.get(UNNAMED, [])}:
        return classes
    unused = [path for path, _ in splits.pop(UNNAMED, [])]
    what = 'images of no split and of no class that a split has, not used'
    findings.add(PROBLEM, root, what, unused, 'move them into the folder of a split and class')
    return tuple(name for name in classes if name in known)


def _are_classes(placed: Iterable[PlacedImage], labels: Mapping[str, LabelRow]) -> bool:
    """Return whether files of labels give the images of a folder one class, as class folders do."""
    by_folder: dict[str, Counter[str]] = {}
    for image in placed:
        if image.label is not None and image.path in labels:
            by_folder.setdefault(image.label, Counter())[labels[image.path].label] += 1
    total = sum(counts.total() for counts in by_folder.values())
    alike = sum(max(counts.values()) for counts in by_folder.values())
    return alike >= ALIKE * total  # also where no file of labels gives any


def _class_of(row: LabelRow, classes: Sequence[str]) -> str | None:
    """Return the class that a row means: a name, or a number in the order of the folders."""
    if row.label in classes:
        return row.label
    if is_number(row.label) and int(row.label) < len(classes):
        return classes[int(row.label)]
    return None


def _folder_of(folders: ClassFolders, split: str) -> Path:
    """Return the folder that holds the class folders of a split."""
    found = [level for level, of in folders.levels.items() if (of or UNNAMED) == split]
    return folders.root / found[0] if len(found) == 1 else folders.root


def _name_unused(
    folders: ClassFolders,
    placed: Iterable[PlacedImage],
    bare: Sequence[PlacedImage],
    findings: Findings,
) -> None:
    """Name what lies in class folders and is no image, images without a class, empty folders."""
    root = folders.root
    nested = Counter(str(PurePosixPath(image.path).parent) for image in placed if image.is_nested)
    what = 'folders within class folders, whose images are taken for the class'
    shown = [f'{name}: {count} images' for name, count in nested.items()]
    fix = 'move them up if they are the classes that are meant' if folders.inner_classes() else ''
    findings.add(PROBLEM if fix else NOTE, root, what, shown, fix)
    what, fix = 'folders of splits without an image', 'fill them, or take them away'
    findings.add(PROBLEM, root, what, folders.empty_splits(), fix)
    of_test = [image.path for image in bare if image.split == 'test']
    what = 'images that lie in no class folder and are in no list with a class, not used'
    findings.add(NOTE, root, f'{what} (of the split test)', of_test)
    rest = [image.path for image in bare if image.split != 'test']
    fix = 'move them into the folder of their class, or list them with it'
    findings.add(PROBLEM, root, what, rest, fix)
    fix = 'fill them, or take them away'
    findings.add(PROBLEM, root, 'class folders without an image', folders.empty(), fix)
    images = {image.path for image in placed}
    within = {PurePosixPath(path).parent.as_posix() for path in images} - {'.'}
    others = [
        path
        for path in paths_below(root)
        if path not in images and path.rpartition('/')[0] in within and (root / path).is_file()
    ]
    harmless = [path for path in others if path.lower().endswith(BESIDE)]
    strange = [path for path in others if not path.lower().endswith(BESIDE)]
    findings.add(NOTE, root, 'files that are no images, not used', harmless)
    what = 'files beside the images that are none which training reads, not used'
    findings.add(PROBLEM, root, what, strange, 'save them as JPEG or PNG, or take them away')


CLASS_FOLDERS = Reader(
    'imagefolder',
    IMAGE_CLASSES,
    LOOKED_FOR,
    lambda root: len({image.label for image in find_class_folders(root).placed}) > 1,
    read_class_folders,
    title='image folder',
)
