"""Pixels of label maps, read from their files: values, or colours where they hold those."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.image_file import UNREADABLE, why_unreadable

#: Bands of Pillow's modes whose pixels are one number or a colour.
ONE_BAND = {'1', 'L', 'LA', 'P', 'I', 'I;16', 'I;16B'}
COLOURS = {'RGB', 'RGBA', 'RGBX', 'PA'}
GREY = np.arange(256, dtype=np.int32) * 0x010101  # the colour in which a value is shown
#: Suffixes that training can read itself; the others are written anew for it.
READ_IN_TRAINING = ('.png', '.bmp', '.tif', '.tiff')
LOSSY = 'blurs labels, so that pixels get those of other classes: save label maps as PNG'


@dataclass(frozen=True)
class MapPixels:
    """The pixels of a label map.

    Attributes:
        codes: (H, W) uint8 values, or int32 colours ``0xRRGGBB`` where these are not all grey.
        shown: (256,) int32, the colour in which each value is shown; None where ``codes`` are
            colours.
        palette: Whether the file has a palette.
        direct: Whether training reads the same values from the file.
    """

    codes: npt.NDArray[np.uint8] | npt.NDArray[np.int32]
    shown: npt.NDArray[np.int32] | None
    palette: bool = False
    direct: bool = True


def read_pixels(file: Path, *, lossy: bool = False) -> MapPixels:
    """Return the pixels of a label map.

    Colours that are all grey are values. A bit is the value 0 or 255. The colours of a GIF are read
    through its palette, whose order says nothing.

    Args:
        file: The label map.
        lossy: Whether it may be a JPEG or lossy WEBP file, whose pixels are then read as greys.

    Raises:
        UserError: The file cannot be read, is lossy and must not be, or holds anything but values
            and colours.
    """
    if file.suffix.lower() == '.npy':
        return MapPixels(_as_values(file, _read_array(file)), GREY, direct=False)
    try:
        with Image.open(file) as opened:
            is_lossy = opened.format == 'JPEG' or (opened.format == 'WEBP' and _is_lossy(file))
            if is_lossy and not lossy:
                raise UserError(f'label map {file} is a lossy {opened.format}, which {LOSSY}.')
            image: Image.Image = opened
            if is_lossy:
                image = opened.convert('L')
            elif opened.format == 'GIF' or opened.mode == 'PA':
                image = opened.convert('RGB')
            mode, pixels, palette = image.mode, np.array(image), image.getpalette()
    except UNREADABLE as error:
        raise UserError(
            f'label map {file} cannot be read: {why_unreadable(file, error)}.'
        ) from error
    if mode not in ONE_BAND | COLOURS:
        raise UserError(
            f'label map {file} holds {mode} pixels: write label maps with one channel of 8 bits, '
            'in which each pixel is the number of its class.'
        )
    direct = file.suffix.lower() in READ_IN_TRAINING and mode in ONE_BAND - {'1', 'LA'}
    if mode in COLOURS:
        red, green, blue = (pixels[..., i] for i in range(3))
        if not (np.array_equal(red, green) and np.array_equal(green, blue)):
            codes = red.astype(np.int32) << 16 | green.astype(np.int32) << 8 | blue
            return MapPixels(codes, None, direct=False)
    if mode in COLOURS | {'LA'}:
        pixels = pixels[..., 0]
    values = _as_values(file, pixels * 255 if mode == '1' else pixels)
    shown = GREY if mode != 'P' else pack_colours(_palette(palette or ()))
    return MapPixels(values, shown, mode == 'P', direct)


def read_label_map(file: Path) -> npt.NDArray[np.uint8]:
    """Return the values in a file that holds no colours, (H, W) uint8.

    Raises:
        UserError: It cannot be read, or holds colours or labels above 255.
    """
    pixels = read_pixels(file)
    if pixels.shown is None:
        raise UserError(
            f'label map {file} holds colours and not labels: write label maps with one channel in '
            'which each pixel is the number of its class.'
        )
    return pixels.codes.astype(np.uint8)


def read_palette(file: Path) -> npt.NDArray[np.uint8] | None:
    """Return the colours of the labels in a file, None where it has no palette.

    Returns:
        (256, 3) uint8 RGB, black for labels that the palette does not say.
    """
    if file.suffix.lower() == '.npy':
        return None
    with Image.open(file) as image:
        values = image.getpalette() if image.mode == 'P' else None
    return None if values is None else _palette(values)


def pack_colours(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return ``0xRRGGBB`` of RGB colours, (..., 3) uint8 to (...) int32."""
    return (colours.astype(np.int32) * [1 << 16, 1 << 8, 1]).sum(axis=-1, dtype=np.int32)


def colour_text(colour: int) -> str:
    """Return a packed colour as people write it, ``128,0,64``."""
    return f'{colour >> 16},{colour >> 8 & 255},{colour & 255}'


@cache
def voc_colours() -> tuple[int, ...]:
    """Return PASCAL VOC's colour of each of 256 labels, packed.

    The bits of a label go to the highest bits of red, green and blue in turn, the lowest first.
    """
    colours = []
    for label in range(256):
        rgb = [sum((label >> 3 * j + i & 1) << 7 - j for j in range(3)) for i in range(3)]
        colours.append(rgb[0] << 16 | rgb[1] << 8 | rgb[2])
    return tuple(colours)


def _palette(values: 'list[int] | tuple[int, ...]') -> npt.NDArray[np.uint8]:
    colours = np.zeros(3 * 256, np.uint8)
    colours[: len(values)] = values
    return colours.reshape(256, 3)


def _as_values(file: Path, pixels: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if pixels.ndim != 2 or not pixels.size:
        raise UserError(f'label map {file} has the shape {pixels.shape} and not height, width.')
    if pixels.max() > 255 or pixels.min() < 0:
        label = pixels.max() if pixels.max() > 255 else pixels.min()
        raise UserError(
            f'label map {file} holds the label {label}: 0 to 255 is allowed, 8 bits a pixel.'
        )
    return pixels.astype(np.uint8)


def _read_array(file: Path) -> npt.NDArray[np.generic]:
    try:
        array = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise UserError(f'label map {file} cannot be read: {error}.') from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in 'iub':
        kind = getattr(array, 'dtype', 'an archive')
        raise UserError(
            f'label map {file} is a NumPy file of {kind}, not of whole numbers: save an array of '
            'height and width that holds the class of each pixel.'
        )
    array = np.where(array == -1, 255, array) if array.dtype.kind == 'i' else array  # labelme's
    return array.astype(np.uint8) if array.dtype.kind == 'b' else array


def _is_lossy(file: Path) -> bool:
    """Return whether the first image data of a WebP file are lossy."""
    with file.open('rb') as opened:
        head = opened.read(4096)
    return b'VP8L' not in head
