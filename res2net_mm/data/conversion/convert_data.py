"""Writes a folder in another layout, whole or not at all, and says what that cannot hold."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from res2net_mm.data.conversion.coco_files import write_coco
from res2net_mm.data.conversion.image_links import ImageLinks
from res2net_mm.data.conversion.label_map_files import write_label_maps
from res2net_mm.data.conversion.labelled_images import LabelledFolder, Lost, gather
from res2net_mm.data.conversion.voc_files import write_voc
from res2net_mm.data.conversion.yolo_files import write_yolo
from res2net_mm.errors import UserError, argument, check_choice
from res2net_mm.formats import (
    BOXES,
    LABEL_MAPS,
    READERS,
    Findings,
    describe,
    describe_recognised,
    describe_unknown,
    existing_folder,
    find_reader,
    read_folder,
)
from res2net_mm.formats.findings import NOTE
from res2net_mm.whole_file import whole_folder

WRITERS: Mapping[str, Callable[[LabelledFolder, Path, ImageLinks, Lost], None]] = {
    'coco': write_coco,
    'yolo': write_yolo,
    'voc': write_voc,
}
MASKS = 'masks'
TARGETS = (*WRITERS, MASKS)


@dataclass(frozen=True)
class Conversion:
    """A folder that was written; ``str()`` is its report.

    Attributes:
        root: The folder.
        target: One of ``TARGETS``.
        found: What was found in the original, in one line.
        links: How the images were put there.
        read: What was noticed in the original.
        lost: What the layout cannot hold, each a note with its count.
    """

    root: Path
    target: str
    found: str
    links: ImageLinks
    read: Findings
    lost: Findings = field(default_factory=Findings)

    def __str__(self) -> str:
        lines = [self.found, *describe(self.read)]
        lines.append(f'written to {self.root} as {self.target}; images: {self.links}')
        lines += [f'not held by {self.target}: {_without_file(note)}' for note in self.lost]
        return '\n'.join(lines if self.lost else [*lines, 'nothing was lost'])


def convert_data(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    to: str,
    layout: str | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    copy: bool = False,
) -> Conversion:
    """Write a recognised folder out in another layout, with the splits that it has.

    Args:
        data: The folder to read; it is not changed.
        out: The folder to make. It must be absent or empty, and outside ``data``.
        to: ``coco``, ``yolo`` or ``voc`` for boxes, ``masks`` for label maps.
        layout: Layout to read ``data`` in. Default: the one that gives the most labels.
        classes: Names of the classes in label maps, if the folder does not name them.
        ignore_index: Ignored label in label maps, if the folder does not tell it.
        copy: Whether to copy the images. By default they are linked if the disk allows it, so that
            a change of one changes the other.

    Raises:
        UserError: The folder cannot be read, or ``out`` cannot be written to. Nothing is left then.
    """
    check_choice('to', to, TARGETS)
    root, target = existing_folder(data), Path(out).expanduser().absolute()
    if target.resolve().is_relative_to(root.resolve()):
        raise UserError(f'{target} lies in {root}, which would change: choose a folder beside it.')
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f'{target} is not an empty folder: choose another, or empty it.')
    links, findings, lost = ImageLinks(copy=copy), Findings(), defaultdict[str, list[str]](list)
    with whole_folder(target) as partial:
        if to == MASKS:
            found = write_label_maps(
                root,
                partial,
                links,
                findings,
                layout=layout,
                classes=classes,
                ignore_index=ignore_index,
            )
        else:
            if classes or ignore_index is not None:
                given = f'{argument("classes")} and {argument("ignore_index")}'
                raise UserError(f'{given} are for label maps, and {argument("to", to)} for boxes.')
            found = _write_boxes(root, partial, to, links, findings, lost, layout)
    conversion = Conversion(target, to, found, links, findings)
    for what, places in lost.items():
        conversion.lost.add(NOTE, target, what, places)
    return conversion


def _write_boxes(
    root: Path,
    partial: Path,
    to: str,
    links: ImageLinks,
    findings: Findings,
    lost: Lost,
    layout: str | None,
) -> str:
    """Write a folder of boxes, and return what was found in it."""
    read = read_folder(root, BOXES, findings, layout)
    if read is None:
        raise UserError(describe_unknown(root, BOXES))
    name, splits = read
    folder = gather(splits, findings)
    if layout is None and any(r.labels == LABEL_MAPS and r.is_like(root) for r in READERS):
        what = f'label maps, which {argument("to", MASKS)} writes'
        findings.add(NOTE, root, what, fix='', count=1)
    WRITERS[to](folder, partial, links, lost)
    classes = [entry['name'] for entry in folder.categories]
    names_from = next(iter(splits.values())).names_from
    return describe_recognised(root, find_reader(name), splits, classes, names_from)


def _without_file(note: object) -> str:
    return str(note).partition(': ')[2]
