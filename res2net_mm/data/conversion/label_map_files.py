"""Writes images and label maps as a tree of index PNG files with a class table."""

import csv
from collections.abc import Sequence
from pathlib import Path

from res2net_mm.data.conversion.image_links import ImageLinks, unique_names
from res2net_mm.data.segmentation.listed_pairs import write_maps
from res2net_mm.data.segmentation.mask_folder import count_and_name
from res2net_mm.errors import UserError
from res2net_mm.formats import (
    LABEL_MAPS,
    Findings,
    LabelMapImages,
    describe_recognised,
    describe_unknown,
    find_reader,
    read_folder,
)
from res2net_mm.formats.label_maps.encoding import IGNORED
from res2net_mm.formats.splits import UNNAMED
from res2net_mm.progress import track


def write_label_maps(
    root: Path,
    out: Path,
    links: ImageLinks,
    findings: Findings,
    *,
    layout: str | None,
    classes: Sequence[str] | None,
    ignore_index: int | None,
) -> str:
    """Write ``images/<split>``, ``annotations/<split>`` of PNG label maps, and ``classes.csv``.

    Args:
        root: The folder to read.
        out: An empty folder to write to.
        links: Links or copies the images.
        findings: Receives what was noticed in the folder.
        layout: Layout to read the folder in; None for the one that gives the most labels.
        classes: Names of the classes, if the folder does not name them.
        ignore_index: The ignored label, if the folder does not tell it.

    Returns:
        What was found in the folder, in one line.

    Raises:
        UserError: The folder holds no label maps, or they cannot be read.
    """
    read = read_folder(root, LABEL_MAPS, findings, layout)
    if read is None:
        raise UserError(describe_unknown(root, LABEL_MAPS))
    name, splits = read
    parts: dict[str, LabelMapImages] = splits
    labels, _ = count_and_name(root, parts, findings, classes=classes, ignore_index=ignore_index)
    for split, part in parts.items():
        below = Path('' if parts.keys() == {UNNAMED} else split)
        names = unique_names(part.image_files)
        for file, place in track(names.items(), split, total=len(names), shown=True):
            links.place(file, out / 'images' / below / place)
        targets = [
            (out / 'annotations' / below / names[file]).with_suffix('.png')
            for file in part.image_files
        ]
        write_maps(part.map_files, targets, labels.encoding, f'label maps of {split}')
    rows = [(labels.first + index, name) for index, name in enumerate(labels.classes)]
    if labels.ignore_index != IGNORED:
        rows.append((labels.ignore_index, 'ignored'))
    with (out / 'classes.csv').open('w', encoding='utf-8', newline='') as stream:
        csv.writer(stream).writerows([('pixel_value', 'name'), *sorted(rows)])
    return describe_recognised(root, find_reader(name), parts, labels.classes, labels.source)
