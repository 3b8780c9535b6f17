"""Image files before they are decoded: which suffixes they have, which are there, how large."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from PIL import Image

from res2net_mm.errors import UserError

#: Suffixes of images and, without those that lose information, of label maps. In lower case.
IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')
LABEL_MAP_SUFFIXES = ('.png', '.bmp', '.tif', '.tiff')
#: What Pillow raises over a file that is no image, or far too large for one: a damaged file can
#: claim to hold more than there is memory.
UNREADABLE = (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError)
ORIENTATION = 0x0112  # EXIF tag; from 5 on the picture is shown with height and width exchanged

Size = tuple[int, int]  # height and width in pixels


def shown_size(file: Path) -> Size:
    """Return height and width in pixels as training sees them, turned as EXIF says.

    Raises:
        UserError: The image cannot be read.
    """
    try:
        with Image.open(file) as image:
            return turned_size(image)
    except UNREADABLE as error:
        raise UserError(f'image {file} cannot be read: {error}.') from error


def turned_size(image: Image.Image) -> Size:
    """Return height and width in pixels of an open image, turned as EXIF says."""
    width, height = image.size
    return (width, height) if orientation(image) >= 5 else (height, width)


def orientation(image: Image.Image) -> int:
    """Return how EXIF turns an open image: 1 for not at all, to 8."""
    return image.getexif().get(ORIENTATION) or 1


def size_text(size: Iterable[int]) -> str:
    """Return height and width as people write them, ``640x480 px``."""
    height, width = size
    return f'{width}x{height} px'


def files_below(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> dict[str, Path]:
    """Return the files with these suffixes, by their path below the folder, in order.

    Links to folders are followed. Hidden files are passed over, such as those that macOS writes
    beside others.
    """
    found, visited = {}, set()
    for top, folders, names in os.walk(folder, followlinks=True):
        if (place := os.path.realpath(top)) in visited:  # a link to a folder above it
            folders.clear()
            continue
        visited.add(place)
        below = Path(top)
        for name in (*names, *folders):  # a folder of such a name is a fault for readers to find
            if not name.startswith('.') and name.lower().endswith(suffixes):
                found[(below / name).relative_to(folder).as_posix()] = below / name
    return dict(sorted(found.items()))


def leads_out(name: str) -> bool:
    """Return whether a file name in an annotation leads out of the folder it should be in."""
    path = PurePosixPath(name)
    return path.is_absolute() or '..' in path.parts


def missing_files(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the names that are not there below the folder, in order."""
    listed = defaultdict(set)
    for name in names:
        listed[os.path.dirname(name)].add(name)
    missing = set()
    for place, inside in listed.items():  # one look at each folder, not one for each image
        below = folder / place
        present = {e.name for e in os.scandir(below) if e.is_file()} if below.is_dir() else set()
        missing |= {name for name in inside if os.path.basename(name) not in present}
    return sorted(missing)
