"""What a folder of boxes holds, image by image, with one list of classes for all splits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from res2net_mm.data.detection.box_check import is_box
from res2net_mm.data.detection.image_check import clean_images
from res2net_mm.data.detection.split_check import read_categories
from res2net_mm.formats import BoxImages, Findings
from res2net_mm.formats.findings import ERROR, PROBLEM

Entry = dict[str, Any]  # an image, annotation or category of COCO


#: What a layout cannot hold, as a phrase, and where it was.
Lost = defaultdict[str, list[str]]


@dataclass(frozen=True)
class LabelledImage:
    """An image with its boxes.

    Attributes:
        source: Its file.
        name: Its path below the folder of the images of its split.
        entry: Its entry in COCO's form, with the height and width that training sees.
        boxes: Its annotations in COCO's form, each with four numbers as box.
    """

    source: Path
    name: str
    entry: Entry
    boxes: list[Entry]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.entry['width'], self.entry['height']


@dataclass(frozen=True)
class LabelledFolder:
    """All images of a folder.

    Attributes:
        splits: Images by split, as the folder has them.
        categories: The classes of all splits in COCO's form, in the order of their ids.
        more: What else the labels hold at the top, such as ``info``.
    """

    splits: Mapping[str, list[LabelledImage]]
    categories: list[Entry]
    more: Mapping[str, Any]

    def all_images(self) -> Iterator[tuple[str, LabelledImage]]:
        """Yield every image of every split with the name of the split."""
        for split, images in self.splits.items():
            for image in images:
                yield split, image

    def sources(self) -> Iterator[Path]:
        """Yield the file of every image."""
        for _, image in self.all_images():
            yield image.source

    def boxes(self) -> Iterator[tuple[LabelledImage, Entry]]:
        """Yield every box with its image."""
        for _, image in self.all_images():
            for box in image.boxes:
                yield image, box


def gather(found: Mapping[str, BoxImages], findings: Findings) -> LabelledFolder:
    """Return all that the splits of a folder hold.

    Args:
        found: Splits of the folder.
        findings: Receives boxes that are left out because they are malformed.

    Raises:
        UserError: Images or categories cannot be used, and ``findings`` stop at an error.
    """
    categories: dict[str, Entry] = {}  # by name
    of_split = {split: read_categories(part, findings) for split, part in found.items()}
    for entries in of_split.values():
        for entry in entries:
            if entry['name'] not in categories:
                ids = {other['id'] for other in categories.values()}
                number = entry['id'] if entry['id'] not in ids else max(ids) + 1
                categories[entry['name']] = {**entry, 'id': number}
    splits = {}
    for split, part in found.items():
        new_ids = {entry['id']: categories[entry['name']]['id'] for entry in of_split[split]}
        splits[split] = _images(part, new_ids, findings)
    first = next(iter(found.values())).content
    lists = ('images', 'annotations', 'categories')
    return LabelledFolder(
        splits,
        sorted(categories.values(), key=lambda entry: entry['id']),
        {key: value for key, value in first.items() if key not in lists},
    )


def _images(part: BoxImages, ids: Mapping[int, int], findings: Findings) -> list[LabelledImage]:
    entries = clean_images(part, findings)
    boxes: dict[Any, list[Entry]] = defaultdict(list)
    alone, strange, no_boxes = [], [], []
    listed = {entry['id'] for entry in entries}
    for annotation in part.content['annotations']:
        number = annotation.get('image_id')
        if number not in listed:
            alone.append(f'image id {number}')
        elif annotation.get('category_id') not in ids:
            strange.append(f'category {annotation.get("category_id")!r}')
        elif not is_box(annotation.get('bbox')):
            no_boxes.append(f'image id {number}: {annotation.get("bbox")}')
        else:
            category = ids[annotation['category_id']]
            same = category == annotation['category_id']
            boxes[number].append(annotation if same else {**annotation, 'category_id': category})
    findings.add(PROBLEM, part.file, 'boxes of no listed image, left out', alone, 'list the images')
    what = 'boxes whose category id is not among the categories'
    findings.add(ERROR, part.file, what, strange, 'list the category')
    what = 'boxes that are not four numbers, left out'
    findings.add(PROBLEM, part.file, what, no_boxes, 'draw them anew or delete them')
    return [
        LabelledImage(
            part.image_dir / entry['file_name'], entry['file_name'], entry, boxes[entry['id']]
        )
        for entry in entries
    ]
