"""Boxes and polygons as layouts hold them that know none outside of an image."""

from collections.abc import Sequence

from res2net_mm.data.conversion.labelled_images import Entry, LabelledImage, Lost
from res2net_mm.formats.mask_check import is_polygon

Point = tuple[float, float]
Edges = tuple[float, float, float, float]  # left, top, right, bottom

NO_SIZE = 'boxes without width or height, left out'
OUTSIDE = 'boxes wholly outside their image, left out'
CLIPPED = 'boxes that reach out of their image, clipped to it'
#: Of a box beside its class; ids are numbers without a meaning.
KNOWN = {'id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'segmentation'}


def edges_in_image(image: LabelledImage, box: Entry, lost: Lost) -> Edges | None:
    """Return the edges of a box in px, clipped to its image; None where nothing is left of it."""
    x, y, side_x, side_y = box['bbox']
    if side_x <= 0 or side_y <= 0:
        lost[NO_SIZE].append(f'{image.name}: {box["bbox"]}')
        return None
    width, height = image.size
    whole = (x, y, x + side_x, y + side_y)
    left, right = (min(max(edge, 0), width) for edge in whole[::2])
    top, bottom = (min(max(edge, 0), height) for edge in whole[1::2])
    if left >= right or top >= bottom:
        lost[OUTSIDE].append(f'{image.name}: {box["bbox"]}')
        return None
    if max(abs(a - b) for a, b in zip(whole, (left, top, right, bottom), strict=True)) > 1e-6:
        lost[CLIPPED].append(f'{image.name}: {box["bbox"]}')
    return left, top, right, bottom


def single_polygon(image: LabelledImage, box: Entry) -> list[Point] | None:
    """Return the mask of a box as one polygon in px; None where it is not made of polygons.

    Several polygons are joined by lines there and back, which add no area.
    """
    polygons = box.get('segmentation')
    width, height = image.size
    if not isinstance(polygons, list) or not polygons:
        return None
    if not all(is_polygon(values, height, width) for values in polygons):
        return None
    rings = [_turning_one_way([*zip(of[::2], of[1::2], strict=True)]) for of in polygons]
    joined = list(rings[0])
    for ring in rings[1:]:
        joined += [rings[0][0], *ring, ring[0]]
    return joined + [rings[0][0]] * (len(rings) > 1)


def note_lost_values(image: LabelledImage, box: Entry, lost: Lost, *, held: set[str]) -> None:
    """Note what a layout holds of a box only as far as ``held`` names the keys."""
    more = sorted(box.keys() - KNOWN - held)
    if more:
        lost['boxes with further values, which are not written'].append(
            f'{image.name}: {", ".join(more)}'
        )


def note_lost_ids(categories: Sequence[Entry], numbers: Sequence[int], lost: Lost) -> None:
    """Note which categories have other ids than they will be read with."""
    lost['classes whose category id is another one from now on'] += [
        f'{entry["name"]}: {entry["id"]} becomes {number}'
        for entry, number in zip(categories, numbers, strict=True)
        if entry['id'] != number
    ]


def _turning_one_way(ring: list[Point]) -> list[Point]:
    after = [*ring[1:], ring[0]]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, after, strict=True))
    return ring[::-1] if twice < 0 else ring
