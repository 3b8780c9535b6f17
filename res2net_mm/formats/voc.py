"""Reads a folder in PASCAL VOC layout into COCO dicts, one for each split."""

import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.coco import LabelledImages, split_name
from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.image_file import leads_out, shown_size
from res2net_mm.formats.text_file import read_lines

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.JPG', '.JPEG', '.PNG', '.bmp')
LOOKED_FOR = 'PASCAL VOC layout: Annotations/*.xml, JPEGImages/ and ImageSets/Main/train.txt'

#: The finding about a folder that does not count as VOC does.
FROM_ZERO = 'boxes read as counting pixels from 0 and not from 1, because some begin at 0'


def find_voc(
    root: Path, on_fault: OnFault = stop_at
) -> tuple[dict[str, LabelledImages], list[Finding]]:
    """The splits of ``root``, or of a folder up to two levels down; empty if not in VOC layout.

    An object marked ``difficult`` gets ``iscrowd: 1`` and ``voc_difficult: 1``. It is then not
    trained on (as in MMDetection's VOCDataset), ignored by pycocotools, and ignored exactly as in
    the VOC evaluation, by the plain IoU, by ``SizeMetric``.

    Coordinates are VOC's: pixels counted from 1, both ends included, so that a box from xmin to
    xmax covers xmax - xmin + 1 pixels and begins at x = xmin - 1 in COCO's terms. Where any box of
    the folder begins at 0, the folder counts from 0 as many tools do, and xmin and xmax are taken
    as the edges themselves. A box with xmax = xmin or ymax = ymin is a click and not a box in both.

    Args:
        root: the folder.
        on_fault: called where XML files have no image, or files cannot be read or used.

    Raises:
        UserError: there are several folders in VOC layout, a name leads out of the folder, or
            ``on_fault`` raises.
    """
    places = [root, *sorted(root.glob('*/')), *sorted(root.glob('*/*/'))]
    homes = [place for place in places if _annotation_dir(place)]
    if not homes:
        return {}, []
    if len(homes) > 1:
        raise UserError(
            f'{root} holds {len(homes)} folders in VOC layout: '
            f'{", ".join(str(home.relative_to(root)) for home in homes)}. Name one of them.'
        )
    home = homes[0]
    xml_dir = _annotation_dir(home)
    image_dir = next((home / n for n in ('JPEGImages', 'images') if (home / n).is_dir()), home)

    xml_names = {x.relative_to(xml_dir).with_suffix('').as_posix() for x in xml_dir.rglob('*.xml')}
    splits, findings = {}, []
    for split, (file, names) in _splits(home, xml_dir, xml_names).items():
        labelled = [name for name in names if name in xml_names]
        bare = [name for name in names if name not in xml_names]
        if bare:
            what = f'images without an XML file in {xml_dir.name}/, left out'
            fix = 'add their XML files, or take them out of the list'
            findings.append(Finding(file, what, len(bare), first_few(bare), fix))
        splits[split] = file, labelled
    needed = sorted({name for _, names in splits.values() for name in names})
    images = _find_images(image_dir, xml_dir, needed, on_fault)
    objects = _read_xmls(xml_dir, images, on_fault)
    corners = [box for _, _, found in objects.values() for _, box, _ in found]
    from_zero = any(0 <= edge < 1 for box in corners for edge in box[:2])
    if from_zero:
        findings.append(Finding(xml_dir, FROM_ZERO, len(corners)))
    classes = sorted({label for _, _, found in objects.values() for label, _, _ in found})

    found = {}
    for split, (file, names) in splits.items():
        usable = [name for name in names if name in objects]
        entries = [(images[name].relative_to(image_dir), *objects[name]) for name in usable]
        found[split] = LabelledImages(file, image_dir, _coco(entries, classes, from_zero), True)
    return found, findings


def _annotation_dir(home: Path) -> Path | None:
    for name in ('Annotations', 'annotations'):
        if any((home / name).glob('*.xml')):
            return home / name
    return None


def _splits(home: Path, xml_dir: Path, xml_names: set[str]) -> dict[str, tuple[Path, list[str]]]:
    """The file that lists each split, and the names in it."""
    splits = {}
    for name in ('train', 'val', 'valid', 'trainval', 'test'):
        file = home / 'ImageSets/Main' / f'{name}.txt'
        if file.is_file():
            names = [_image_name(line, file, xml_names) for line in read_lines(file)]
            splits[split_name(name)] = file, list(dict.fromkeys(names))
    if not splits:
        splits['all'] = xml_dir, sorted(xml_names)
    return splits


def _image_name(line: str, file: Path, xml_names: set[str]) -> str:
    """The name in a line such as ``000012``, ``000012 -1``, ``000012.jpg`` or ``my image``."""
    if leads_out(line):
        raise UserError(f'{file}: the image name {line!r} leads out of the folder.')
    first = line.split()[0]
    for name in (line, first, first.rpartition('.')[0]):
        if name in xml_names:
            return name
    return first


def _find_images(
    image_dir: Path, xml_dir: Path, names: list[str], on_fault: OnFault
) -> dict[str, Path]:
    """The image of each name that has one."""
    images = {}
    for name in names:
        files = (image_dir / f'{name}{suffix}' for suffix in IMAGE_SUFFIXES)
        if file := next(filter(Path.is_file, files), None):
            images[name] = file
    missing = [f'{name}.xml' for name in names if name not in images]
    if missing:
        what = f'XML files without an image (.jpg, .jpeg, .png) in {image_dir}'
        fix = 'put the images there, or take the names out of ImageSets/Main'
        on_fault(Finding(xml_dir, what, len(missing), first_few(missing), fix))
    return images


def _read_xmls(xml_dir: Path, images: dict[str, Path], on_fault: OnFault) -> dict[str, tuple]:
    """Height, width and objects of each name whose XML file can be used."""
    objects, faults = {}, []
    for name, image in images.items():
        try:
            objects[name] = _read_xml(xml_dir / f'{name}.xml', image)
        except UserError as error:
            faults.append(str(error).rstrip('.'))
    if faults:
        what = 'XML files that cannot be used'
        fix = 'mend them, or take their names out of ImageSets/Main'
        on_fault(Finding(xml_dir, what, len(faults), first_few(faults), fix))
    return objects


def _read_xml(xml: Path, image: Path) -> tuple[int, int, list[tuple]]:
    """Height, width and objects (class, (xmin, ymin, xmax, ymax), difficult) of an image."""
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
        box = tuple(_number(entry, f'bndbox/{key}') for key in ('xmin', 'ymin', 'xmax', 'ymax'))
        objects.append((label, box, _number(entry, 'difficult') == 1))
    return int(height), int(width), objects


def _number(element, path: str) -> float:
    try:
        return float(element.findtext(path))
    except (TypeError, ValueError):
        return math.nan


def _coco(entries, classes: list[str], from_zero: bool) -> dict:
    category_ids = {name: i for i, name in enumerate(classes, start=1)}
    images, annotations = [], []
    for image_id, (name, height, width, objects) in enumerate(entries, start=1):
        image = {'id': image_id, 'file_name': name.as_posix(), 'height': height, 'width': width}
        images.append(image)
        for label, box, difficult in objects:
            x, y, width, height = _coco_box(box, from_zero)
            annotation = {
                'id': len(annotations) + 1,
                'image_id': image_id,
                'category_id': category_ids[label],
                'bbox': [x, y, width, height],
                'area': width * height,
                'iscrowd': int(difficult),
            }
            if difficult:
                annotation['voc_difficult'] = 1
            annotations.append(annotation)
    categories = [{'id': i, 'name': name} for name, i in category_ids.items()]
    return {'images': images, 'annotations': annotations, 'categories': categories}


def _coco_box(box: tuple, from_zero: bool) -> list[float]:
    """Corners to (x, y, width, height); what is not a box keeps a side that is not positive."""
    xmin, ymin, xmax, ymax = box
    offset = 0 if from_zero else 1
    width, height = xmax - xmin, ymax - ymin
    return [
        xmin - offset,
        ymin - offset,
        width + offset if width > 0 else width,
        height + offset if height > 0 else height,
    ]
