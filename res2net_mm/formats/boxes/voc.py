"""PASCAL VOC layout: boxes in an XML file for each image, read into a COCO dict for each split."""

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import IMAGE_SUFFIXES, files_below, shown_size
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import UNNAMED, read_split_lists

LOOKED_FOR = (
    'PASCAL VOC layout: Annotations/*.xml, JPEGImages/ and ImageSets/Main/train.txt (there or up '
    'to two folders down)'
)
#: The finding about a folder that does not count as VOC does.
FROM_ZERO = 'boxes read as counting pixels from 0 and not from 1, because some begin at 0'

Corners = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax


class _Object(NamedTuple):
    label: str
    corners: Corners
    difficult: bool


class _Annotation(NamedTuple):
    height: int
    width: int
    objects: list[_Object]


def read_voc(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in VOC layout, or of one up to two levels down; else none.

    An object marked ``difficult`` gets ``iscrowd: 1`` and ``voc_difficult: 1``. It is then not
    trained on (as in MMDetection's VOCDataset), ignored by pycocotools, and ignored exactly as in
    the VOC evaluation, by the plain IoU, by ``SizeMetric``.

    Coordinates are VOC's: pixels counted from 1, both ends included, so that a box from xmin to
    xmax covers xmax - xmin + 1 pixels and begins at x = xmin - 1 in COCO's terms. Where any box of
    the folder begins at 0, the folder counts from 0 as many tools do, and xmin and xmax are taken
    as the edges themselves. A box with xmax = xmin or ymax = ymin is a click and not a box in both.

    Args:
        root: The folder.
        findings: Gets images and XML files that cannot be used.

    Raises:
        UserError: There are several folders in VOC layout, a name leads out of the folder, or
            ``findings`` stop at an error.
    """
    homes = _homes(root)
    if not homes:
        return {}
    if len(homes) > 1:
        raise UserError(
            f'{root} holds {len(homes)} folders in VOC layout: '
            f'{", ".join(str(home.relative_to(root)) for home in homes)}. Name one of them.'
        )
    ((home, xml_dir),) = homes.items()
    image_dir = next((home / n for n in ('JPEGImages', 'images') if (home / n).is_dir()), home)
    splits = _labelled_names(home, xml_dir, findings)
    needed = sorted({name for _, names in splits.values() for name in names})
    images = _find_images(image_dir, xml_dir, needed, findings)
    annotations = _read_xmls(xml_dir, images, findings)
    objects = [entry for annotation in annotations.values() for entry in annotation.objects]
    from_zero = any(0 <= edge < 1 for entry in objects for edge in entry.corners[:2])
    if from_zero:
        findings.add(NOTE, xml_dir, FROM_ZERO, count=len(objects))
    category_ids = {
        name: i for i, name in enumerate(sorted({entry.label for entry in objects}), start=1)
    }
    found = {}
    for split, (file, names) in splits.items():
        entries = [
            (images[name].relative_to(image_dir).as_posix(), annotations[name])
            for name in names
            if name in annotations
        ]
        found[split] = BoxImages(
            file, image_dir, _coco(entries, category_ids, from_zero), True, 'from the XML files'
        )
    return found


def _homes(root: Path) -> dict[Path, Path]:
    """Return the folders in VOC layout, each with the folder of its XML files."""
    homes = {}
    for place in (root, *sorted(root.glob('*/')), *sorted(root.glob('*/*/'))):
        for name in ('Annotations', 'annotations'):
            if place not in homes and any((place / name).glob('*.xml')):
                homes[place] = place / name
    return homes


def _labelled_names(
    home: Path, xml_dir: Path, findings: Findings
) -> dict[str, tuple[Path, list[str]]]:
    """Return the file that lists each split, and the names in it that have an XML file."""
    there = {Path(name).with_suffix('').as_posix() for name in files_below(xml_dir, ('.xml',))}
    lists = read_split_lists(home / 'ImageSets/Main', findings)
    splits = {}
    for split, (file, lines) in lists.items():
        names = list(dict.fromkeys(_image_name(line, there) for line in lines))
        fix = 'add their XML files, or take them out of the list'
        what = f'images without an XML file in {xml_dir.name}/, left out'
        findings.add(PROBLEM, file, what, [name for name in names if name not in there], fix)
        splits[split] = file, [name for name in names if name in there]
    return splits or {UNNAMED: (xml_dir, sorted(there))}


def _image_name(line: str, names: Collection[str]) -> str:
    """Return the name in a line such as ``000012``, ``000012 -1``, ``000012.jpg``, ``my image``."""
    first = line.split()[0]
    parts = (line, first, first.rpartition('.')[0])
    return next((name for name in parts if name in names), first)


def _find_images(
    image_dir: Path, xml_dir: Path, names: Iterable[str], findings: Findings
) -> dict[str, Path]:
    """Return the image of each name that has one."""
    files = sorted(
        files_below(image_dir).items(), key=lambda of: IMAGE_SUFFIXES.index(of[1].suffix.lower())
    )
    there: dict[str, Path] = {}
    for path, file in files:
        there.setdefault(path.removesuffix(file.suffix), file)
    images = {name: there[name] for name in names if name in there and there[name].is_file()}
    what = f'XML files without an image ({", ".join(IMAGE_SUFFIXES)}) in {image_dir}'
    fix = 'put the images there, or take the names out of ImageSets/Main'
    findings.add(ERROR, xml_dir, what, [f'{name}.xml' for name in names if name not in images], fix)
    return images


def _read_xmls(
    xml_dir: Path, images: Mapping[str, Path], findings: Findings
) -> dict[str, _Annotation]:
    """Return what the XML file of each name says, where it can be used."""
    annotations, faults = {}, []
    for name, image in images.items():
        try:
            annotations[name] = _read_xml(xml_dir / f'{name}.xml', image)
        except UserError as error:
            faults.append(str(error).rstrip('.'))
    fix = 'mend them, or take their names out of ImageSets/Main'
    findings.add(ERROR, xml_dir, 'XML files that cannot be used', faults, fix)
    return annotations


def _read_xml(xml: Path, image: Path) -> _Annotation:
    try:
        content = xml.read_bytes()
        if b'<!ENTITY' in content.replace(b'\0', b''):  # of UTF-16
            raise ValueError('it declares entities, which may grow without end or name other files')
        top = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError, OSError) as error:
        raise UserError(f'{xml} cannot be read as XML: {error}.') from error
    width, height = (_number(top, f'size/{key}') for key in ('width', 'height'))
    if not (0 < width < math.inf and 0 < height < math.inf):  # absent, or 0 as some tools write
        height, width = shown_size(image)
    objects = []
    for entry in top.iterfind('object'):
        label = (entry.findtext('name') or '').strip()
        if not label:
            raise UserError(f'{xml}: an object has no <name>; give it its class.')
        xmin, ymin, xmax, ymax = (
            _number(entry, f'bndbox/{key}') for key in ('xmin', 'ymin', 'xmax', 'ymax')
        )
        difficult = _number(entry, 'difficult') == 1
        objects.append(_Object(label, (xmin, ymin, xmax, ymax), difficult))
    return _Annotation(int(height), int(width), objects)


def _number(element: ElementTree.Element, path: str) -> float:
    """Return the number at a path, nan where there is none."""
    try:
        return float(element.findtext(path) or '')
    except ValueError:
        return math.nan


def _coco(
    entries: Sequence[tuple[str, _Annotation]], category_ids: Mapping[str, int], from_zero: bool
) -> dict[str, Any]:
    """Return images, by file name, and their objects as a COCO dict."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, (name, (height, width, objects)) in enumerate(entries, start=1):
        images.append({'id': image_id, 'file_name': name, 'height': height, 'width': width})
        for label, corners, difficult in objects:
            box = _coco_box(corners, from_zero)
            annotation = {
                'id': len(annotations) + 1,
                'image_id': image_id,
                'category_id': category_ids[label],
                'bbox': box,
                'area': box[2] * box[3],
                'iscrowd': int(difficult),
            }
            annotations.append({**annotation, 'voc_difficult': 1} if difficult else annotation)
    categories = [{'id': i, 'name': name} for name, i in category_ids.items()]
    return {'images': images, 'annotations': annotations, 'categories': categories}


def _coco_box(corners: Corners, from_zero: bool) -> list[float]:
    """Return x, y, width, height; what is not a box keeps a side that is not positive."""
    xmin, ymin, xmax, ymax = corners
    offset = 0 if from_zero else 1
    width, height = xmax - xmin, ymax - ymin
    return [
        xmin - offset,
        ymin - offset,
        width + offset if width > 0 else width,
        height + offset if height > 0 else height,
    ]


VOC = Reader(
    'voc',
    BOXES,
    LOOKED_FOR,
    lambda root: bool(_homes(root)),
    read_voc,
    '.xml',
    r'<annotation\b',
)
