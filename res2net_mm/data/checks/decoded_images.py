"""Decodes images: whether each is whole, has the size that is listed, and occurs once."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
from PIL import Image

from res2net_mm.formats import Findings
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.image_file import Size, orientation, size_text, turned_size
from res2net_mm.formats.splits import APART
from res2net_mm.progress import track


@dataclass(frozen=True)
class DecodedImage:
    """The result of decoding an image to its last pixel.

    Attributes:
        size: Height and width in px as training sees them; None if it cannot be read.
        orientation: How EXIF turns it, 1 for not at all.
        digest: Hash of its pixels.
        fault: Why it cannot be read, empty if it can.
    """

    size: Size | None = None
    orientation: int = 1
    digest: bytes = b''
    fault: str = ''


def decode(file: Path) -> DecodedImage:
    """Decode an image by Pillow; OpenCV, which training uses, fills up files that are cut short."""
    try:
        with Image.open(file) as image:
            image.load()
            digest = hashlib.blake2b(f'{image.mode} {image.size} '.encode(), digest_size=16)
            digest.update(image.tobytes())
            decoded = DecodedImage(turned_size(image), orientation(image), digest.digest())
    except Exception as error:  # a damaged file makes decoders raise whatever it may be
        return DecodedImage(fault=str(error).replace(repr(str(file)), 'it') or repr(error))
    if not cv2.haveImageReader(str(file)):
        return DecodedImage(fault='a format that OpenCV, with which training reads, cannot')
    return decoded


def decode_all(files: Iterable[Path], what: str) -> dict[Path, DecodedImage]:
    """Decode all files that exist, with progress."""
    files = [file for file in dict.fromkeys(files) if os.path.lexists(file)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders run beside Python
        decoded = track(pool.map(decode, files), what, total=len(files), shown=True)
        return dict(zip(files, decoded, strict=True))


def check_images(
    source: Path,
    listed: Mapping[Path, Size | None],
    decoded: Mapping[Path, DecodedImage],
    findings: Findings,
) -> None:
    """Find images of a split that are damaged, turned by EXIF, or not as large as listed.

    Args:
        source: The file or folder that lists them.
        listed: Each image with its size as labelled, None where nothing says it.
        decoded: The results of decoding those that exist.
        findings: Gets what was found.
    """
    damaged, turned, settled, unequal = [], [], [], []
    for file, said in listed.items():
        image = decoded.get(file, DecodedImage())
        if image.fault:
            damaged.append(f'{file.name}: {image.fault}')
        elif image.size is None or said is None:
            continue
        elif image.orientation == 1:
            if tuple(said) != image.size:
                unequal.append(
                    f'{file.name} is {size_text(image.size)}, listed as {size_text(said)}'
                )
        elif image.orientation >= 5 and tuple(said) == image.size != image.size[::-1]:
            settled.append(file.name)
        else:
            shown = size_text(image.size)
            turned.append(f'{file.name}: orientation {image.orientation}, {shown} shown')
    what = 'images that cannot be decoded to the end: damaged or cut short'
    findings.add(PROBLEM, source, what, damaged, 'get the files anew, or take them out of the list')
    what = 'images that EXIF turns, so that labels may lie elsewhere than on what is trained on'
    fix = 'store the pixels upright without the tag, and write labels for these'
    findings.add(PROBLEM, source, what, turned, fix)
    findings.add(NOTE, source, 'images that EXIF turns, labelled as they are shown', settled)
    what = 'images of another size than their labels say'
    fix = 'write the true height and width, and scale the labels if they were drawn on a copy'
    findings.add(PROBLEM, source, what, unequal, fix)


def check_overlap(
    train: Iterable[Path],
    other: Iterable[Path],
    decoded: Mapping[Path, DecodedImage],
    *,
    source: Path,
    name: str,
    findings: Findings,
) -> None:
    """Find images of another split that have the same pixels as an image of train.

    Args:
        train: Images of the training split.
        other: Those of the other.
        decoded: The results of decoding them.
        source: What lists the other split.
        name: The name of the other split.
        findings: Gets what was found.
    """
    first: dict[bytes, Path] = {}
    for file in train:
        if digest := decoded.get(file, DecodedImage()).digest:
            first.setdefault(digest, file)
    pairs = ((file, first.get(decoded.get(file, DecodedImage()).digest)) for file in other)
    both = [f'{file.name} is {twin.name}' for file, twin in pairs if twin and twin != file]
    what = f'images of {name} with the same pixels as one of train, so that results look too good'
    findings.add(PROBLEM, source, what, both, APART)
