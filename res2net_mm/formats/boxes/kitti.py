"""KITTI: a text file for each image, a line of 15 fields for each object."""

from pathlib import Path

from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_folders,
)
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.image_file import files_below
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_lines

LOOKED_FOR = 'KITTI: training/label_2/*.txt beside training/image_2'
START = r'\A\s*[^\W\d][\w-]*([ \t]+-?\d+(\.\d+)?){14,15}\s*(\n|\Z)'
NO_CLASS = 'DontCare'  # regions in which nothing is labelled


def read_kitti(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in KITTI's layout; none if it is not in it.

    Only the boxes in the image are read, not those in space. ``DontCare`` regions are not used.
    Folders such as ``training`` name the split. Classes are in the order of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    folders = {file.parent for file in files_like(root, '.txt', START)}
    texts = files_below(root, ('.txt',)).values() if folders else ()
    files = [file for file in texts if file.parent in folders]  # the empty ones, too
    images = DrawnImages(root, findings)
    regions = 0
    for file, lines in read_each(root, files, read_lines, findings):
        place = file.relative_to(root)
        folders_of = [part.replace('label', 'image') for part in place.parts[:-1]]
        path = '/'.join((*folders_of, place.stem))
        image = images.image(file, path, split=split_of_folders(place))
        for line in lines:
            if line.startswith(NO_CLASS):
                regions += 1
            else:
                images.draw(image, line, _drawn)
    findings.add(NOTE, root, f'{NO_CLASS} regions, which are not used', count=regions or None)
    return images.as_splits()


def _drawn(line: str) -> Drawn:
    label, *values = line.split()
    if not 14 <= len(values) <= 15:
        raise ValueError('a line that has not 15 fields')
    left, top, right, bottom = map(finite, values[3:7])
    return Drawn(label, [(left, top), (right, bottom)])


KITTI = Reader(
    'kitti',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.txt', START),
    read_kitti,
    '.txt',
    START,
)
