"""Decodes an image as training does, and compares what it sees with what the file holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import mmcv
import numpy as np
import numpy.typing as npt
from mmengine.config import Config
from PIL import Image, ImageOps

from res2net_mm.formats.image_file import Header, Size
from res2net_mm.openmmlab.edit import type_name, walk

Range = tuple[float, float]  # the lowest and the highest value
Pixels = npt.NDArray[Any]
Load = Callable[[Path], Pixels | None]

LOADING = ('LoadImageFromFile', 'LoadImage')  # the latter in MMPose's pipelines


@dataclass(frozen=True)
class Look:
    """What decoding an image shows.

    Attributes:
        size: Height and width in px as training sees it; None where it cannot read the image.
        seen: The values that training sees.
        stored: The values in the file, where training sees fewer bits of them.
        kind: What is stored in words, such as ``32-bit floats``.
        off: The mean difference of the colours from those that other programs show, of 255.
        clear: The share of pixels that are transparent, wholly or in part.
        frames: How many images the file holds.
    """

    size: Size | None = None
    seen: Range = (0, 255)
    stored: Range | None = None
    kind: str = ''
    off: float = 0
    clear: float = 0
    frames: int = 1


def image_loader(cfg: Config | None) -> Load:
    """Return what decodes an image as the pipeline of a config does, by default BGR by OpenCV.

    It returns (H, W, 3) uint8, or what the config asks for, and None for what it cannot read.
    """
    steps: Iterable[Mapping[str, Any]] = walk(cfg.to_dict()) if cfg is not None else ()
    step = next((step for step in steps if type_name(step) in LOADING), {})
    flag, backend = step.get('color_type', 'color'), step.get('imdecode_backend', 'cv2')

    silence_opencv()  # what it says of an image does not name the image

    def load(file: Path) -> Pixels | None:
        try:
            pixels: Pixels | None = mmcv.imfrombytes(file.read_bytes(), flag=flag, backend=backend)
        except Exception:  # a damaged file makes decoders raise whatever it may be
            return None
        return pixels

    return load


def silence_opencv() -> None:
    """Stop OpenCV from writing about images to the screen, for the rest of the process."""
    opencv: Any = cv2  # its versions differ
    if hasattr(opencv, 'setLogLevel'):  # before 4.13
        opencv.setLogLevel(0)
    else:
        opencv.utils.logging.setLogLevel(opencv.utils.logging.LOG_LEVEL_SILENT)


def look(file: Path, header: Header, load: Load) -> Look:
    """Decode an image; what is of a plain kind is not compared with what is stored.

    Args:
        file: Path of the image.
        header: Header of the image.
        load: The decoder, from :func:`image_loader`.
    """
    pixels, kind, stored = load(file), header.kind, None
    if not header.plain:
        raw = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_UNCHANGED)
        if raw is not None and raw.dtype != np.uint8:
            numbers = 'floats' if raw.dtype.kind == 'f' else 'numbers'
            kind = f'{8 * raw.dtype.itemsize}-bit {numbers}'
            stored = raw.min().item(), raw.max().item()
    if pixels is None:
        return Look(stored=stored, kind=kind)
    height, width = pixels.shape[:2]
    seen = pixels.min().item(), pixels.max().item()
    if pixels.dtype != np.uint8:  # the pipeline keeps the depth
        return Look((height, width), seen, kind=kind)
    if header.plain or stored or pixels.ndim == 2:
        return Look((height, width), seen, stored, kind)
    return Look((height, width), seen, None, kind, *_compare(file, pixels[..., 2::-1]))


def _compare(file: Path, pixels: Pixels) -> tuple[float, float, int]:
    """Return how far (H, W, 3) RGB is off what Pillow shows, the clear share and the frames."""
    try:
        with Image.open(file) as image:
            frames = getattr(image, 'n_frames', 1)
            shown = np.asarray(ImageOps.exif_transpose(image).convert('RGBA'))
    except Exception:  # OpenCV reads more than Pillow
        return 0, 0, 1
    opaque, off = shown[..., 3] == 255, 0.0
    if shown.shape[:2] == pixels.shape[:2] and opaque.any():
        off = float(np.abs(shown[opaque, :3].astype(float) - pixels[opaque]).mean())
    return off, float(1 - opaque.mean()), frames
