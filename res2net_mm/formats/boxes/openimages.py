"""Open Images: a CSV file for each split with boxes as shares of the image's sides."""

import re
from collections.abc import Mapping
from pathlib import Path

from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import files_like, has_files_like, split_of_file
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_rows

LOOKED_FOR = 'Open Images: *-annotations-bbox.csv and class-descriptions-boxable.csv'
START = r'\A"?ImageID"?,[^\n]*\bXMin\b'
NAMES_START = r'\A("?LabelName"?,"?DisplayName"?\s*)?"?/[a-z]/\w+"?,'  # of class descriptions
SIDES = ('xmin', 'ymin', 'xmax', 'ymax')


def read_openimages(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with boxes of Open Images; none if it holds none.

    A box of a group becomes a crowd. Images that the files list and the folder does not have are
    left out, as in a part that was downloaded. The name of a file or its folders name its split,
    else the folders of the image. Classes are in the order of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, or a file cannot be read.
    """
    files = files_like(root, '.csv', START)
    names = _names(root) if files else {}
    images = DrawnImages(root, findings, NOTE, in_shares=True)
    strange: dict[str, None] = {}

    def drawn(row: Mapping[str, str]) -> Drawn:
        label = row['labelname']
        if label not in names:
            strange[label] = None
        left, top, right, bottom = (finite(row[side]) for side in SIDES)
        more = {'iscrowd': int(row.get('isgroupof') == '1')}
        return Drawn(names.get(label, label), [(left, top), (right, bottom)], more=more)

    for file in files:
        split = split_of_file(file.relative_to(root))
        for row in read_rows(file):
            image = images.image(file, row['imageid'], split=split)
            images.draw(image, row, drawn)
    what = 'classes that no class-descriptions*.csv names, called as in the boxes'
    findings.add(NOTE, root, what, strange)
    source = 'from the class descriptions' if names else 'no file names them'
    return images.as_splits(names_from=source)


def _names(root: Path) -> dict[str, str]:
    """Return the name of each class that a file describes."""
    found = {}
    for file in files_like(root, '.csv', NAMES_START):
        for row in read_rows(file, ('labelname', 'displayname')):
            if re.match('/[a-z]/', row['labelname']) and row.get('displayname'):
                found[row['labelname']] = row['displayname']
    return found


OPENIMAGES = Reader(
    'openimages',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.csv', START),
    read_openimages,
    '.csv',
    START,
    'Open Images layout',
)
