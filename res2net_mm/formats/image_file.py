"""Image files before they are decoded: which are there, how large, how deep, turned by EXIF."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

from res2net_mm.errors import UserError
from res2net_mm.file_kinds import IMAGE, what_it_is
from res2net_mm.progress import track

#: Suffixes of images and, without those that lose information, of label maps. In lower case.
IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')
LABEL_MAP_SUFFIXES = ('.png', '.bmp', '.tif', '.tiff', '.gif', '.webp', '.npy')
#: What Pillow raises over a file that is no image, or far too large for one: a damaged file can
#: claim to hold more than there is memory.
UNREADABLE = (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError)
ORIENTATION = 0x0112  # EXIF tag; from 5 on the picture is shown with height and width exchanged
WIDTH, HEIGHT = 256, 257  # TIFF tags
#: Formats and Pillow's raw modes that OpenCV reads as every program shows them. TIFF has too many
#: kinds to say.
PLAIN_FORMATS = ('JPEG', 'MPO', 'PNG', 'BMP', 'WEBP')
PLAIN_MODES = ('1', 'L', 'P', 'RGB')
OPENCV_ALONE = 'a kind that OpenCV alone reads'
KEPT = 1 << 18  # headers that are remembered, some 500 bytes each
HEAD = 1 << 14  # bytes in which the header of most JPEG files ends
TOGETHER = 64  # headers that a thread reads at a time

_LISTED: ContextVar[dict[Path, list[str]] | None] = ContextVar('listed', default=None)

Size = tuple[int, int]  # height and width in pixels


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its image.

    Attributes:
        size: Height and width in px as training sees them, turned as EXIF says.
        orientation: How EXIF turns what training sees: 1 for not at all, to 8.
        kind: Format, mode and the like, such as ``PNG I;16B``.
        plain: Whether images of this kind look in training as in any program.
    """

    size: Size
    orientation: int = 1
    kind: str = ''
    plain: bool = True


def read_header(file: str | Path) -> Header:
    """Return the header of an image; it is remembered until the file changes.

    Raises:
        UserError: The image cannot be read.
    """
    try:
        status = os.stat(file)
        return _read(str(file), status.st_mtime_ns, status.st_size)
    except UNREADABLE as error:
        raise UserError(f'image {file} cannot be read: {why_unreadable(file, error)}.') from error


def why_unreadable(file: str | Path, error: Exception) -> str:
    """Return why an image cannot be read, from what opening it has raised."""
    if isinstance(error, Image.UnidentifiedImageError):
        known = what_it_is(Path(file))
        return known if known and IMAGE not in known else 'it is damaged or no image'
    return getattr(error, 'strerror', None) or str(error).replace(repr(str(file)), 'it')


def read_headers(files: Iterable[Path], what: str) -> dict[Path, Header | UserError]:
    """Return the header of each file, or why it cannot be read, with progress.

    Args:
        files: Paths of the images.
        what: Text of the progress bar.
    """
    todo = list(dict.fromkeys(files))
    parts = [todo[start : start + TOGETHER] for start in range(0, len(todo), TOGETHER)]

    def found(pool: ThreadPoolExecutor) -> Iterator[tuple[Path, Header | UserError]]:
        for part, headers in zip(parts, pool.map(_read_part, parts), strict=True):
            yield from zip(part, headers, strict=True)

    with ThreadPoolExecutor(4) as pool:  # a network disk answers many as quickly as one
        return dict(track(found(pool), what, total=len(todo), shown=True))


def shown_size(file: str | Path) -> Size:
    """Return height and width in pixels as training sees them, turned as EXIF says.

    Raises:
        UserError: The image cannot be read.
    """
    return read_header(file).size


def size_text(size: Iterable[int]) -> str:
    """Return height and width as people write them, ``640x480 px``."""
    height, width = size
    return f'{width}x{height} px'


def files_below(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> dict[str, Path]:
    """Return the files with these suffixes, by their path below the folder, in order.

    A folder of such a name is among them, which is a fault for readers to find.
    """
    paths = (path for path in paths_below(folder) if path.lower().endswith(suffixes))
    return {path: folder / path for path in paths}


def paths_below(folder: Path) -> list[str]:
    """Return the paths of all files and folders below a folder, in order; not to be changed.

    Links to folders are followed. What is hidden is passed over, such as the files that macOS
    writes beside others.
    """
    known = _LISTED.get()
    if known is None:
        return _list(folder)
    if folder not in known:
        known[folder] = _list(folder)
    return known[folder]


@contextmanager
def each_folder_once() -> Iterator[None]:
    """Remember what lies below the folders that are listed in the block, for all readers."""
    token = _LISTED.set({})
    try:
        yield
    finally:
        _LISTED.reset(token)


def _list(folder: Path) -> list[str]:
    found, visited = [], set()
    for top, folders, names in os.walk(folder, followlinks=True):
        if (place := os.path.realpath(top)) in visited:  # a link to a folder above it
            folders.clear()
            continue
        visited.add(place)
        folders[:] = [name for name in folders if not name.startswith('.')]
        start = os.path.relpath(top, folder) + '/'
        start = '' if start == './' else start
        found += [start + name for name in (*names, *folders) if not name.startswith('.')]
    return sorted(found)


def leads_out(name: str) -> bool:
    """Return whether a file name in an annotation leads out of the folder it should be in."""
    if '..' not in name and not name.startswith('/'):  # of nearly all, and a path takes longer
        return False
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


def _read_part(files: Iterable[Path]) -> list[Header | UserError]:
    headers: list[Header | UserError] = []
    for file in files:
        try:
            headers.append(read_header(file))
        except UserError as error:
            headers.append(error)
    return headers


@lru_cache(maxsize=KEPT)
def _read(file: str, _changed: int, _bytes: int) -> Header:
    try:
        with open(file, 'rb', buffering=0) as stream:
            start = stream.read(HEAD)
        if header := _of_jpeg(start):
            return header
        with Image.open(file) as image:
            return _header_of(image)
    except Image.UnidentifiedImageError:  # such as TIFF of three channels of floats
        pixels = cv2.imread(file)
        if pixels is None:  # from 4.13 on, OpenCV makes no 8 bits of floats
            pixels = cv2.imread(file, cv2.IMREAD_UNCHANGED)
        if pixels is None:
            raise
        height, width = pixels.shape[:2]
        return Header((height, width), kind=OPENCV_ALONE, plain=False)


def _of_jpeg(start: bytes) -> Header | None:
    """Return the header of most JPEG files, in a third of the time that Pillow takes."""
    at, turned = 2, 1
    while start[:2] == b'\xff\xd8' and at + 10 <= len(start) and start[at] == 0xFF:
        marker, length = start[at + 1], int.from_bytes(start[at + 2 : at + 4], 'big')
        content = start[at + 4 : at + 2 + length]
        if 0xC0 <= marker <= 0xC2 and len(content) >= 6:  # depth, height, width and channels
            height, width = (int.from_bytes(content[i : i + 2], 'big') for i in (1, 3))
            mode = {1: 'L', 3: 'RGB'}.get(content[5])
            if content[0] != 8 or mode is None or not height or not width:
                return None
            size = (width, height) if turned >= 5 else (height, width)
            return Header(size, turned, f'JPEG {mode}')
        if marker == 0xE1 and content.startswith(b'Exif'):
            exif = Image.Exif()
            with suppress(Exception):  # damaged EXIF turns nothing, as for OpenCV
                exif.load(content)
                turned = exif.get(ORIENTATION) or 1
        at += 2 + length
    return None


def _header_of(image: Image.Image) -> Header:
    """Return the header of an open image. OpenCV turns by the EXIF of some formats only."""
    kind = image.format or ''
    width, height = image.size
    turned = 1
    has_exif = 'exif' in image.info  # without, Pillow would decode the pixels of PNG to find it
    if (
        kind in ('JPEG', 'MPO', 'TIFF')
        or (kind == 'PNG' and has_exif)
        or (kind == 'WEBP' and has_exif and _webp_is_turned())
    ):
        with suppress(Exception):
            turned = image.getexif().get(ORIENTATION) or 1
    if isinstance(image, TiffImagePlugin.TiffImageFile):  # whose size Pillow has turned already
        width, height = image.tag_v2[WIDTH], image.tag_v2[HEIGHT]
    mode = _raw_mode(image)
    frames = getattr(image, 'n_frames', 1) if kind in ('PNG', 'WEBP') else 1
    more = ['transparent'] * ('transparency' in image.info) + ['animated'] * (frames > 1)
    plain = kind in PLAIN_FORMATS and mode in PLAIN_MODES and not more
    compression = [image.info.get('compression', '')] if kind == 'TIFF' else []
    named = ' '.join((kind, mode, *compression, *more))
    size = (width, height) if turned >= 5 else (height, width)
    return Header(size, turned, named, plain)


@lru_cache
def _webp_is_turned() -> bool:
    """Return whether OpenCV turns WebP by its EXIF, as it does from 4.13 on."""
    exif, stream = Image.Exif(), BytesIO()
    exif[ORIENTATION] = 6
    Image.new('RGB', (2, 1)).save(stream, 'WEBP', exif=exif)
    pixels = cv2.imdecode(np.frombuffer(stream.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    return pixels is not None and pixels.shape[:2] == (2, 1)


def _raw_mode(image: Image.Image) -> str:
    """Return Pillow's name of the mode in the file, which may be deeper than that of the image."""
    tiles = getattr(image, 'tile', ())
    arguments = tiles[0][3] if tiles else None
    raw = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw if isinstance(raw, str) and re.search(';(16|32|64)', raw) else image.mode
