"""YOLO layout: boxes or polygons in a text file for each image, read into a COCO dict per split."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.coco_dict import CocoDict
from res2net_mm.formats.boxes.label_files import begins_like, has_files_like
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import files_below, shown_size
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import UNNAMED, split_named
from res2net_mm.formats.text_file import read_lines

LOOKED_FOR = (
    'YOLO layout: data.yaml, or images/ beside labels/*.txt (also within train/ and val/), or '
    "darknet's obj.data"
)
# Text files that lie among labels and are none.
NAME_FILES = ('classes.txt', 'obj.names', 'names.txt', '_darknet.labels', 'predefined_classes.txt')
NO_LABELS = re.compile(r'(readme.*|license.*|notes.*|requirements|train|val|valid|test)', re.I)
LINE = r'\A\s*\d+([ \t]+[\d.eE+-]+){4,}[ \t]*([\r\n]|\Z)'  # the first of a label file
IN_PIXELS = 2.0  # a coordinate beyond it is no share of a side, however badly a box was drawn


@dataclass
class _Set:
    """What a description file, or the lack of one, says of a folder.

    Attributes:
        file: The description, or the folder.
        names: Names of the classes by number.
        splits: Split -> images, each once.
        box_only: Whether what follows the first five numbers of a line are keypoints.
    """

    file: Path
    names: dict[int, str] = field(default_factory=dict)
    splits: dict[str, list[Path]] = field(default_factory=dict)
    box_only: bool = False


def read_yolo(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in YOLO layout; none if it is not in it.

    A line is ``class x y width height`` or ``class x1 y1 x2 y2 x3 y3 ...``, a polygon; coordinates
    are shares of the image's sides. An image without a text file has no objects. Classes get their
    names from ``data.yaml``, ``classes.txt`` or ``obj.names``, else their numbers.

    Args:
        root: The folder.
        findings: Gets what is not used, and lines that cannot be read.

    Raises:
        UserError: A description cannot be read, or ``findings`` stop at an error.
    """
    images = list(files_below(root).values())
    labels = [
        file
        for file in files_below(root, ('.txt',)).values()
        if file.name not in NAME_FILES and not NO_LABELS.fullmatch(file.stem)
    ]
    of_label = {_label_file(image): image for image in images}
    if not any(label in of_label for label in labels) or not _may_be_yolo(root, labels):
        return {}
    described = _describe(root, findings)
    if not described.splits:
        described.splits = _splits_by_folder(root, images)
    source = f'from {described.file.name}'
    if not described.names:
        described.names, source = _names_beside(root)
    used = {_label_file(image) for found in described.splits.values() for image in found}
    unused = [label for label in labels if label not in used and label in of_label]
    orphans = [label for label in labels if label not in of_label]
    findings.add(
        PROBLEM,
        root,
        'label files whose image is in no split, not used',
        [file.relative_to(root).as_posix() for file in unused],
        f'name their folder in {described.file.name}, or take them away',
    )
    findings.add(
        PROBLEM,
        root,
        'label files without an image, not used',
        [file.relative_to(root).as_posix() for file in orphans],
        'put the images into the folder images/ beside labels/, under the same names',
    )
    objects = {
        image: _read_labels(_label_file(image), described, findings)
        for image in dict.fromkeys(image for found in described.splits.values() for image in found)
    }
    numbers = sorted({number for found in objects.values() for number, _ in found})
    numbers = sorted({*numbers, *described.names})
    unnamed = [str(number) for number in numbers if number not in described.names]
    severity, fix = (
        (ERROR, f'name them in {described.file.name}') if described.names else (NOTE, '')
    )
    what = 'classes without a name' + ('' if described.names else ', called by their numbers')
    findings.add(severity, described.file, what, unnamed, fix)
    names = {number: described.names.get(number, str(number)) for number in numbers}
    found = {}
    for split, files in described.splits.items():
        content = CocoDict([names[number] for number in numbers])
        for file in files:
            height, width = shown_size(file)
            content.add_image(file.relative_to(root).as_posix(), height, width)
            for number, shape in objects[file]:
                points = [(x * width, y * height) for x, y in shape]
                content.add(names[number], points, is_polygon=len(shape) > 2)
        found[split] = BoxImages(described.file, root, content.as_dict(), True, source)
    return found


def _may_be_yolo(root: Path, labels: Sequence[Path]) -> bool:
    """Return whether there is a description, or the first label file with a line holds numbers."""
    if any(_description_files(root)):
        return True
    for file in labels[:50]:
        try:
            lines = read_lines(file)
        except UserError:  # no text
            return False
        if lines:
            return re.fullmatch(r'([\d.eE+-]+\s+){4,}[\d.eE+-]+', lines[0]) is not None
    return False


def _description_files(root: Path) -> list[Path]:
    files = sorted([*root.glob('*.yaml'), *root.glob('*.yml')])
    files = [file for file in files if begins_like(file, r'(?m)^\s*(train|names)\s*:')]
    return [*files, *sorted(root.glob('*.data'))]


def _describe(root: Path, findings: Findings) -> _Set:
    """Read data.yaml or obj.data, if there is one."""
    files = _description_files(root)
    if not files:
        return _Set(root)
    file = files[0]
    others = [other.name for other in files[1:]]
    findings.add(PROBLEM, root, f'descriptions not used beside {file.name}', others, 'keep one')
    described = _Set(file)
    content = _read_description(file)
    names = content.get('names')
    if isinstance(names, str):  # a file of names
        place = _inside(root, names)
        names = read_lines(place) if place and place.is_file() else None
    if isinstance(names, Mapping):
        described.names = {int(number): str(name) for number, name in names.items()}
    elif isinstance(names, list):
        described.names = dict(enumerate(map(str, names)))
    described.box_only = 'kpt_shape' in content
    base = content.get('path')
    missing = []
    for key, value in content.items():
        split = split_named(str(key))
        if split is None or not value:
            continue
        entries = value if isinstance(value, list) else [value]
        places = [_inside(root, str(entry), base) for entry in entries]
        missing += [f'{key}: {e}' for e, place in zip(entries, places, strict=True) if not place]
        images = [image for place in places if place for image in _images_at(root, place)]
        if images:
            described.splits[split] = list(dict.fromkeys(images))
    fix = 'give paths that begin at the folder of this file'
    findings.add(PROBLEM, file, 'splits that are not where they are said to be', missing, fix)
    return described


def _read_description(file: Path) -> Mapping[str, Any]:
    text = _whole(file)
    if file.suffix == '.data':
        pairs = (line.split('=', 1) for line in text.splitlines() if '=' in line)
        return {key.strip(): value.strip() for key, value in pairs}
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f'{file} cannot be read as YAML: {error}'.splitlines()[0]) from error
    if not isinstance(content, Mapping):
        raise UserError(f'{file} must hold keys such as train, val and names.')
    return content


def _whole(file: Path) -> str:
    try:
        return file.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f'{file} cannot be read as text in UTF-8: {error}.') from error


def _inside(root: Path, text: str, base: str | None = None) -> Path | None:
    """Return the place in the folder that a path in a description means, None if there is none.

    Such paths are often relative to another folder than the file's, or absolute on the machine of
    whoever wrote them: the longest end of the path that exists below ``root`` is taken.
    """
    for start in ([f'{base}/{text}'] if base else []) + [text]:
        parts = [part for part in PurePosixPath(start.replace('\\', '/')).parts if part != '.']
        parts = [part for part in parts if part not in ('..', '/')]
        for skipped in range(len(parts)):
            place = root.joinpath(*parts[skipped:])
            if place.exists():
                return place
    return None


def _images_at(root: Path, place: Path) -> list[Path]:
    """Return the images of a folder, or of a list of images."""
    if place.is_dir():
        inner = place / 'images'
        return list(files_below(inner if inner.is_dir() else place).values())
    if place.suffix.lower() == '.txt':
        found = [_inside(root, line) for line in read_lines(place)]
        return [image for image in found if image and image.is_file()]
    return [place]


def _splits_by_folder(root: Path, images: Iterable[Path]) -> dict[str, list[Path]]:
    """Assign images to splits by the folders they lie in."""
    splits: dict[str, list[Path]] = {}
    for image in images:
        folders = image.relative_to(root).parts[:-1]
        split = next(filter(None, map(split_named, folders)), None) or UNNAMED
        splits.setdefault(split, []).append(image)
    if len(splits) > 1:  # images that lie beside the splits without labels are not theirs
        loose = splits.get(UNNAMED, [])
        if not any(_label_file(image).is_file() for image in loose):
            splits.pop(UNNAMED, None)
    return splits


def _names_beside(root: Path) -> tuple[dict[int, str], str]:
    for name in NAME_FILES:
        for place in (root, root / 'labels', *sorted(root.glob('*/')), *sorted(root.glob('*/*/'))):
            if (place / name).is_file():
                return dict(enumerate(read_lines(place / name))), f'from {name}'
    return {}, 'no file names them'


def _label_file(image: Path) -> Path:
    """Return the label file of an image: below ``labels/`` for ``images/``, else beside it."""
    parts = list(image.parts)
    for index in range(len(parts) - 2, -1, -1):
        if parts[index].lower() == 'images':
            parts[index] = 'Labels' if parts[index] == 'Images' else 'labels'
            moved = Path(*parts).with_suffix('.txt')
            return moved if moved.parent.is_dir() else image.with_suffix('.txt')
    return image.with_suffix('.txt')


def _read_labels(
    file: Path, described: _Set, findings: Findings
) -> list[tuple[int, list[tuple[float, float]]]]:
    """Return class and points of each line: two corners of a box, or a polygon."""
    if not file.is_file():
        return []
    found, faults = [], []
    for index, line in enumerate(read_lines(file), start=1):
        try:
            number, *values = map(float, line.split())
            if number != int(number) or number < 0 or not all(map(math.isfinite, values)):
                raise ValueError
        except ValueError:
            faults.append(f'{file.name}:{index}: {line:.60}')
            continue
        values = values[:4] if described.box_only else values
        if max(map(abs, values), default=0) > IN_PIXELS:
            faults.append(f'{file.name}:{index}: {line:.60} (not shares of the sides)')
        elif len(values) == 4:
            x, y, w, h = values
            found.append((int(number), [(x - w / 2, y - h / 2), (x + w / 2, y + h / 2)]))
        elif len(values) >= 6 and len(values) % 2 == 0:
            points = list(zip(values[::2], values[1::2], strict=True))
            found.append((int(number), points))
        else:
            faults.append(f'{file.name}:{index}: {line:.60}')
    fix = 'write class x y width height, or class and the points of a polygon, from 0 to 1'
    findings.add(ERROR, file, 'lines that are no labels of YOLO', faults, fix)
    return found


YOLO = Reader(
    'yolo',
    BOXES,
    LOOKED_FOR,
    lambda root: bool(_description_files(root)) or has_files_like(root, '.txt', LINE),
    read_yolo,
    '.txt',
    LINE,
)
