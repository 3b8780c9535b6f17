"""Writes images and boxes in YOLO layout."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import yaml

from res2net_mm.data.conversion.image_links import ImageLinks, unique_names
from res2net_mm.data.conversion.labelled_images import Entry, LabelledFolder, LabelledImage, Lost
from res2net_mm.data.conversion.shapes_in_image import (
    Point,
    edges_in_image,
    note_lost_ids,
    note_lost_values,
    single_polygon,
)
from res2net_mm.formats.splits import UNNAMED
from res2net_mm.progress import track

KEYS = {'trainval': 'train'}  # the split that YOLO calls otherwise
MOVED = 0.5  # px by which a box differs from the one around its polygon


def write_yolo(folder: LabelledFolder, root: Path, links: ImageLinks, lost: Lost) -> None:
    """Write ``images/<split>/``, ``labels/<split>/`` and ``data.yaml``.

    Polygons are written where every box has a mask of polygons, else boxes: programs do not read
    both in one file. Crowds and difficult objects, which YOLO does not know, are left out, as they
    are in training. An image of two splits is in both.

    Args:
        folder: The labelled images.
        root: An empty folder to write to.
        links: Links or copies the images.
        lost: Receives what the layout cannot hold.
    """
    folder = _without_trainval(folder, lost)
    numbers = {entry['id']: number for number, entry in enumerate(folder.categories)}
    note_lost_ids(folder.categories, [number + 1 for number in numbers.values()], lost)
    counting = [(image, box) for image, box in folder.boxes() if not is_crowd(box)]
    as_polygons = bool(counting) and all(single_polygon(*of) for of in counting)
    if not as_polygons:
        masks = [image.name for image, box in folder.boxes() if box.get('segmentation')]
        lost['masks, as not every box has one of polygons'] += masks
    del counting
    places: dict[str, str] = {}
    total = sum(map(len, folder.splits.values()))
    bar = track(folder.all_images(), 'images', total=total, shown=True)
    names = unique_names(folder.sources())
    for split, image in bar:
        name = KEYS[split] if split in KEYS and KEYS[split] not in folder.splits else split
        below = PurePosixPath('' if folder.splits.keys() == {UNNAMED} else name)
        if split != UNNAMED:
            places[name] = f'images/{below}'
        place = below / names[image.source]
        links.place(image.source, root / 'images' / place)
        file = root / 'labels' / place.with_suffix('.txt')
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = _lines(image, numbers, lost, as_polygons=as_polygons)
        file.write_text('\n'.join(lines) + '\n' * bool(lines))
    described = {**places, 'names': {numbers[e['id']]: e['name'] for e in folder.categories}}
    text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True)
    (root / 'data.yaml').write_text(text, encoding='utf-8')


def _without_trainval(folder: LabelledFolder, lost: Lost) -> LabelledFolder:
    """Return the folder without the split trainval where the other splits have its images."""
    others = {image.source for split, image in folder.all_images() if split != 'trainval'}
    shared = [image for image in folder.splits.get('trainval', ()) if image.source in others]
    if not shared or len(shared) < len(folder.splits['trainval']):
        return folder
    lost["images of the split 'trainval', which other splits have"] += [i.name for i in shared]
    splits = {split: of for split, of in folder.splits.items() if split != 'trainval'}
    return replace(folder, splits=splits)


def is_crowd(box: Entry) -> bool:
    """Return whether a box is a crowd or a difficult object."""
    return box.get('iscrowd') in (1, '1')


def _lines(
    image: LabelledImage, numbers: dict[int, int], lost: Lost, *, as_polygons: bool
) -> list[str]:
    lines = []
    width, height = image.size
    for box in image.boxes:
        if is_crowd(box):
            what = 'difficult objects' if box.get('voc_difficult') else 'crowd boxes'
            lost[f'{what}, left out'].append(image.name)
            continue
        note_lost_values(image, box, lost, held=set())
        edges = edges_in_image(image, box, lost)
        if edges is None:
            continue
        left, top, right, bottom = edges
        polygon = single_polygon(image, box) if as_polygons else None
        if polygon:
            inside = [(min(max(x, 0), width), min(max(y, 0), height)) for x, y in polygon]
            if _differs(inside, edges):
                what = 'boxes that are not those around their masks, which are written'
                lost[what].append(f'{image.name}: {box["bbox"]}')
            shares = [value for x, y in inside for value in (x / width, y / height)]
        else:
            shares = [(left + right) / 2 / width, (top + bottom) / 2 / height]
            shares += [(right - left) / width, (bottom - top) / height]
        lines.append(f'{numbers[box["category_id"]]} {_text(shares)}')
    return lines


def _differs(polygon: list[Point], edges: tuple[float, ...]) -> bool:
    xs, ys = zip(*polygon, strict=True)
    around = (min(xs), min(ys), max(xs), max(ys))
    return max(abs(a - b) for a, b in zip(around, edges, strict=True)) > MOVED


def _text(shares: Iterable[float]) -> str:
    return ' '.join(f'{share:.10g}' for share in shares)
