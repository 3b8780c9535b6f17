"""YOLO layout: boxes or polygons in a text file for each image, read into a COCO dict per split."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import begins_like, has_files_like, split_of_folders
from res2net_mm.formats.boxes.yolo.description import (
    NAME_FILES,
    SUFFIXES,
    Description,
    describe_folder,
    description_files,
)
from res2net_mm.formats.boxes.yolo.label_lines import (
    START,
    Line,
    hold_keypoints,
    points_of,
    read_label_file,
)
from res2net_mm.formats.boxes.yolo.label_places import match_labels
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import IMAGE_SUFFIXES, files_below
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import UNNAMED

LOOKED_FOR = (
    'YOLO layout: data.yaml, or images/ beside labels/*.txt (also within train/ and val/), or '
    "darknet's obj.data"
)
LOOKED_AT = 50  # label files by which a folder without a description is known


def read_yolo(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in YOLO layout; none if it is not in it.

    A line is ``class x y width height`` or ``class x1 y1 x2 y2 x3 y3 ...``, a polygon; coordinates
    are shares of the image's sides. Keypoints behind a box are not used. An image without a text
    file has no objects. Splits are those of ``data.yaml``, ``obj.data`` or lists such as
    ``train.txt``, else of the folders. Classes are in the order of their numbers and get their
    names from the description, ``classes.txt`` or ``obj.names``, else their numbers.

    Raises:
        UserError: A description cannot be read, or ``findings`` stop at an error.
    """
    files = files_below(root, (*IMAGE_SUFFIXES, '.txt', '.labels', '.names', *SUFFIXES))
    paths = [path for path in files if path.lower().endswith(IMAGE_SUFFIXES)]
    texts = [path for path in files if path.lower().endswith('.txt')]
    texts = [path for path in texts if path.rpartition('/')[2] not in NAME_FILES]
    labels = match_labels(paths, texts, lambda path: begins_like(files[path], START))
    others = {path: files[path] for path in files.keys() - {*paths, *labels.values()}}
    first = [files[path] for path in list(labels.values())[:LOOKED_AT]]
    may_be = description_files(others) or any(begins_like(file, START) for file in first)
    if not labels or not may_be:
        return {}
    images = DrawnImages(root, findings, in_shares=True)
    described = describe_folder(root, others, images.index, findings)
    splits = described.splits or _splits_by_folder(paths, labels)
    used = {path for found in splits.values() for path in found}
    _name_unused(described.file, root, used, labels, others, findings)
    lines, faults = {}, []
    for path, text in labels.items():
        if path in used:
            lines[path], strange = read_label_file(files[text], text)
            faults += strange
    box_only = described.box_only or hold_keypoints(of for found in lines.values() for of in found)
    names = _names(described, {line.number for found in lines.values() for line in found}, findings)
    for split, found in splits.items():
        for path in found:
            image = images.image(described.file, path, split=split)
            for line in lines.get(path, []):
                if points := points_of(line, box_only=box_only):
                    drawn = Drawn(names[line.number], points, is_polygon=len(points) > 2)
                    image.objects.append(drawn)
                else:
                    faults.append(f'{labels[path]}: {line} (neither a box nor a polygon)')
    fix = 'write class x y width height, or class and the points of a polygon, from 0 to 1'
    findings.add(ERROR, root, 'lines that are no labels of YOLO', faults, fix)
    _name_ignored(root, lines, box_only=box_only, findings=findings)
    return images.as_splits(names.values(), described.names_from)


def _splits_by_folder(paths: Iterable[str], labels: Mapping[str, str]) -> dict[str, list[str]]:
    """Assign images to splits by the folders they or their labels lie in."""
    splits: dict[str, list[str]] = {}
    for path in paths:
        places = map(PurePosixPath, filter(None, (path, labels.get(path))))
        split = next(filter(None, map(split_of_folders, places)), UNNAMED)
        splits.setdefault(split, []).append(path)
    if len(splits) > 1:  # images that lie beside the splits without labels are not theirs
        splits[UNNAMED] = [path for path in splits.get(UNNAMED, []) if path in labels]
    return {split: found for split, found in splits.items() if found}


def _name_unused(
    description: Path,
    root: Path,
    used: Collection[str],
    labels: Mapping[str, str],
    others: Mapping[str, Path],
    findings: Findings,
) -> None:
    """Name the label files whose image is in no split or is not there."""
    unused = [path for image, path in labels.items() if image not in used]
    what = 'label files whose image is in no split, not used'
    fix = f'name their folder in {description.name}, or take them away'
    findings.add(PROBLEM, root, what, sorted(unused), fix)
    texts = (path for path in others if path.lower().endswith('.txt'))
    orphans = sorted(path for path in texts if begins_like(others[path], START))
    what = 'label files without an image, not used'
    fix = 'put the images into the folder images/ beside labels/, under the same names'
    findings.add(PROBLEM, root, what, orphans, fix)


def _names(described: Description, used: Collection[int], findings: Findings) -> dict[int, str]:
    """Return the name of each class by its number."""
    numbers = sorted({*used, *described.names})
    unnamed = [str(number) for number in numbers if number not in described.names]
    severity, fix, what = NOTE, '', 'classes without a name, called by their numbers'
    if described.names:
        severity, fix = ERROR, f'name them {described.names_from.replace("from", "in")}'
        what = 'classes without a name'
    findings.add(severity, described.file, what, unnamed, fix)
    times = Counter(described.names.values())
    twice = [name for name, count in times.items() if count > 1]
    what = 'names that several numbers have, taken for one class'
    findings.add(PROBLEM, described.file, what, twice, 'give every class a name of its own')
    return {number: described.names.get(number, str(number)) for number in numbers}


def _name_ignored(
    root: Path, lines: Mapping[str, Sequence[Line]], *, box_only: bool, findings: Findings
) -> None:
    """Name what stands behind boxes and is not used."""
    lengths = Counter(len(line.values) for found in lines.values() for line in found)
    if box_only:
        keypoints = sum(count for length, count in lengths.items() if length > 4)
        what = 'boxes with keypoints behind them, which are not used'
        findings.add(NOTE, root, what, count=keypoints or None)
    elif lengths[5]:
        what = 'boxes with a sixth number such as a confidence, which is not used'
        findings.add(NOTE, root, what, count=lengths[5])


def _may_be_yolo(root: Path) -> bool:
    described = description_files(files_below(root, SUFFIXES))
    return bool(described) or has_files_like(root, '.txt', START)


YOLO = Reader('yolo', BOXES, LOOKED_FOR, _may_be_yolo, read_yolo, '.txt', START)
