"""What is known of image files before they are decoded: which are there, how large they are."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from PIL import Image

from res2net_mm.errors import UserError

#: What Pillow raises over a file that is no image, or far too large for one.
# A damaged file can claim to hold more than there is memory.
UNREADABLE = (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError)
ORIENTATION = 0x0112  # EXIF tag; from 5 on the picture is shown with height and width exchanged


def shown_size(file: Path) -> tuple[int, int]:
    """Height and width in pixels, as training will see them (turned as EXIF says).

    Raises:
        UserError: it cannot be read.
    """
    try:
        with Image.open(file) as image:
            return turned_size(image)
    except UNREADABLE as error:
        raise UserError(f'image {file} cannot be read: {error}.') from error


def turned_size(image: Image.Image) -> tuple[int, int]:
    """Height and width of an open image, as :func:`shown_size`."""
    width, height = image.size
    return (width, height) if orientation(image) >= 5 else (height, width)


def orientation(image: Image.Image) -> int:
    """How EXIF turns an open image: 1 for not at all, to 8."""
    return image.getexif().get(ORIENTATION) or 1


def leads_out(name: str) -> bool:
    """Whether a file name in an annotation leads out of the folder it should be in."""
    path = PurePosixPath(name)
    return path.is_absolute() or '..' in path.parts


def missing_files(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of the names that are not there below the folder, in order."""
    listed = defaultdict(set)
    for name in names:
        listed[os.path.dirname(name)].add(name)
    missing = set()
    for place, inside in listed.items():  # one look at each folder, not one for each image
        place = folder / place
        present = {e.name for e in os.scandir(place) if e.is_file()} if place.is_dir() else set()
        missing |= {name for name in inside if os.path.basename(name) not in present}
    return sorted(missing)
