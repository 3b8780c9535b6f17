"""Writes images and boxes in COCO layout."""

from pathlib import Path

from res2net_mm.data.conversion.image_links import ImageLinks, unique_names
from res2net_mm.data.conversion.labelled_images import LabelledFolder, Lost
from res2net_mm.formats.text_file import write_json_lists
from res2net_mm.progress import track


def write_coco(folder: LabelledFolder, root: Path, links: ImageLinks, lost: Lost) -> None:
    """Write ``annotations/instances_<split>.json`` beside ``images/``.

    Entries stay as they are. Ids of boxes begin at 1 where they are not unique.

    Args:
        folder: The labelled images.
        root: An empty folder to write to.
        links: Links or copies the images.
        lost: Receives what the layout cannot hold.
    """
    names = unique_names(folder.sources())
    for source, name in track(names.items(), 'images', total=len(names), shown=True):
        links.place(source, root / 'images' / name)
    (root / 'annotations').mkdir(parents=True)
    for split, images in folder.splits.items():
        boxes = [box for image in images for box in image.boxes]
        if len({box.get('id') for box in boxes}) < len(boxes):
            lost['ids of boxes that were not unique, numbered anew'] += [f'split {split}']
            boxes = [{**box, 'id': number} for number, box in enumerate(boxes, start=1)]
        content = {
            **folder.more,
            'images': [{**image.entry, 'file_name': str(names[image.source])} for image in images],
            'annotations': boxes,
            'categories': folder.categories,
        }
        file = root / f'annotations/instances_{split}.json'
        with file.open('w', encoding='utf-8') as stream:
            write_json_lists(content, stream, allow_nan=True)
