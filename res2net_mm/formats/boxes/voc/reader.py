"""PASCAL VOC layout: boxes in an XML file for each image, read into a COCO dict for each split."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.coco_dict import CocoDict
from res2net_mm.formats.boxes.voc.annotation import (
    NO_BOX,
    Annotation,
    Corners,
    Object,
    read_annotation,
)
from res2net_mm.formats.boxes.voc.files import VocFiles, find_voc_files, holds_voc
from res2net_mm.formats.boxes.voc.images import ROOT_ELEMENT
from res2net_mm.formats.boxes.voc.paths import alike, folder_of, folder_parts, is_below, stem_of
from res2net_mm.formats.boxes.voc.splits import assign_splits
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import IMAGE_SUFFIXES
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import split_named
from res2net_mm.formats.text_file import without_collection
from res2net_mm.progress import track

LOOKED_FOR = 'PASCAL VOC layout: Annotations/*.xml, or XML with <annotation> beside the images'
NO_PICTURES = ('.txt', '.json', '.csv', *IMAGE_SUFFIXES)
#: The finding about a folder that does not count as VOC does.
FROM_ZERO = 'boxes read as counting pixels from 0 and not from 1, because some begin at 0'


@without_collection()
def read_voc(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in VOC layout, in any arrangement; none if it is not in it.

    An object marked ``difficult`` gets ``iscrowd: 1`` and ``voc_difficult: 1``. It is then not
    trained on (as in MMDetection's VOCDataset), ignored by pycocotools, and ignored exactly as in
    the VOC evaluation, by the plain IoU, by ``SizeMetric``.

    Coordinates are VOC's: pixels counted from 1, both ends included, so that a box from xmin to
    xmax covers xmax - xmin + 1 pixels and begins at x = xmin - 1 in COCO's terms. Where any box of
    a set begins at 0, the set counts from 0 as many tools do, and xmin and xmax are taken as the
    edges themselves. A box with xmax = xmin or ymax = ymin is a click and not a box in both. A
    folder may hold several sets, such as VOC2007 and VOC2012; its splits are no sets of their own.

    Raises:
        UserError: No XML file has an image, sets lie within each other, a list cannot be read, or
            ``findings`` stop at an error.
    """
    files = find_voc_files(root, findings)
    if files is None:
        return {}
    if not files.images:
        first = _without_image(files, files.alone[:1])[0]
        raise UserError(
            f'{root} has no image ({", ".join(IMAGE_SUFFIXES)}) for any of {len(files.alone)} XML '
            f'files, such as {first}: put the images there, under the same names.'
        )
    sets = _sets(files)
    _check_sets(files, sets, findings)
    splits = assign_splits(files, findings)
    needed = sorted({xml for _, xmls in splits.values() for xml in xmls})
    alone = {*files.alone}
    what = f'XML files without an image ({", ".join(IMAGE_SUFFIXES)}) of the same name'
    fix = 'put the images there, or take the XML files away and out of the lists'
    without = [xml for xml in needed if xml in alone]
    findings.add(ERROR, root, what, _without_image(files, without), fix)
    annotations = _read_all(files, [xml for xml in needed if xml not in alone], findings)
    from_zero = _counting_from_zero(annotations, sets)
    for name in sorted(from_zero):
        count = sum(len(a.objects) for xml, a in annotations.items() if sets[xml] == name)
        findings.add(NOTE, root / name, FROM_ZERO, count=count)
    objects = (entry for read in annotations.values() for entry in read.objects)
    count = sum(entry.corners is NO_BOX and bool(entry.outline) for entry in objects)
    what = 'objects with an outline and no box, which get the box around it'
    findings.add(NOTE, root, what, count=count or None)
    classes = sorted({entry.label for of in annotations.values() for entry in of.objects})
    found = {}
    for split, (file, xmls) in splits.items():
        usable = [xml for xml in xmls if xml in annotations]
        image_dir = os.path.commonpath(
            {_image_dir(xml, files.images[xml]) for xml in usable} or {''}
        )
        content = CocoDict(classes)
        for xml in usable:
            read = annotations[xml]
            name = files.images[xml][len(image_dir) + bool(image_dir) :]
            content.add_image(name, read.height, read.width)
            for entry in read.objects:
                _add(content, entry, sets[xml] in from_zero)
        found[split] = BoxImages(
            file, root / image_dir, content.as_dict(), True, 'from the XML files'
        )
    return found


def _sets(files: VocFiles) -> dict[str, str]:
    """Return the folder of the set that each XML file belongs to: around its image, too.

    The folder of a split belongs to the set around it, as do XML files beside their images.
    """
    known: dict[tuple[str, str], str] = {}
    sets = {}
    for xml, image in files.images.items():
        places = folder_of(xml), folder_of(image)
        if places not in known:
            parts = folder_parts(os.path.commonpath(places)) if places[0] != places[1] else ()
            while parts and split_named(parts[-1]):
                parts = parts[:-1]
            known[places] = '/'.join(parts)
        sets[xml] = known[places]
    return sets


def _check_sets(files: VocFiles, sets: Mapping[str, str], findings: Findings) -> None:
    """Name the sets with folders of their own for XML files, if there are several.

    Raises:
        UserError: One lies within another, as a copy of it might.
    """
    pairs = files.images.items()
    apart = {sets[xml] for xml, at in pairs if folder_of(xml) != folder_of(at)}
    shown = [name or '.' for name in sorted(apart)]
    if any(inner != outer and is_below(inner, outer) for outer in apart for inner in apart):
        raise UserError(
            f'{files.root} holds {len(apart)} folders in VOC layout within each other: '
            f'{", ".join(shown)}. Name an inner one, or move them apart to use all.'
        )
    if len(apart) > 1:
        findings.add(NOTE, files.root, 'folders in VOC layout, read as one', shown)


def _without_image(files: VocFiles, xmls: Sequence[str]) -> list[str]:
    """Return XML files without an image for a message, with what is there in place of the image."""
    there = (
        {}
        if not xmls
        else {
            file.rpartition('/')[2].rpartition('.')[0].lower(): file
            for file in files.others
            if not file.lower().endswith(NO_PICTURES)
        }
    )
    others = ((xml, there.get(stem_of(xml))) for xml in xmls)
    return [f'{xml} ({other} is of no such kind)' if other else xml for xml, other in others]


def _read_all(files: VocFiles, xmls: Iterable[str], findings: Findings) -> dict[str, Annotation]:
    """Return what the XML files say, without those that cannot be used."""
    annotations, faults = {}, []
    guesses: dict[str, list[str]] = defaultdict(list)
    xmls = list(xmls)
    for xml in track(xmls, 'reading XML files', total=len(xmls), shown=True):
        try:
            read = read_annotation(f'{files.root}/{xml}', f'{files.root}/{files.images[xml]}')
        except UserError as error:
            faults.append(str(error).rstrip('.'))
            continue
        annotations[xml] = read
        if read.guessed:
            labels = dict.fromkeys(entry.label for entry in read.objects)
            guesses[read.guessed].append(f'{xml}: {" ".join(labels)}')
    fix = 'mend them, or take them away and out of the lists'
    findings.add(ERROR, files.root, 'XML files that cannot be used', faults, fix)
    for encoding, examples in guesses.items():
        what = f'XML files that do not say how they are encoded, read as {encoding}'
        fix = f'see whether the names are right; save them as UTF-8, or declare {encoding} in them'
        findings.add(PROBLEM, files.root, what, examples, fix)
    return annotations


def _counting_from_zero(annotations: Mapping[str, Annotation], sets: Mapping[str, str]) -> set[str]:
    """Return the sets of which a box begins at 0."""
    return {
        sets[xml]
        for xml, annotation in annotations.items()
        if any(0 <= edge < 1 for entry in annotation.objects for edge in entry.corners[:2])
    }


def _image_dir(xml: str, image: str) -> str:
    """Return the folder that an image and its XML file lie below in the same way."""
    ours, theirs = (folder_parts(folder_of(path)) for path in (xml, image))
    if ours == theirs:
        return '/'.join(theirs)
    return '/'.join(theirs[: len(theirs) - alike(ours[::-1], theirs[::-1])])


def _add(content: CocoDict, entry: Object, from_zero: bool) -> None:
    """Add an object; an outline without a box has the box around it."""
    more: dict[str, Any] = {'iscrowd': 1, 'voc_difficult': 1} if entry.difficult else {}
    if entry.corners is not NO_BOX or not entry.outline:
        box = _coco_box(entry.corners, from_zero)
        more['bbox'] = box
        if not entry.outline:
            more['area'] = box[2] * box[3]
    points = entry.outline or (entry.corners[:2], entry.corners[2:])
    content.add(entry.label, points, is_polygon=bool(entry.outline), **more)


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


VOC = Reader('voc', BOXES, LOOKED_FOR, holds_voc, read_voc, '.xml', ROOT_ELEMENT)
