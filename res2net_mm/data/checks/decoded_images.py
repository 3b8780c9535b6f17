"""Decodes images: whether each is whole, what training sees of it, and whether it occurs once."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from res2net_mm.data.checks.image_kinds import check_looks
from res2net_mm.data.checks.image_look import Load, Look, look
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.image_check import GET_ANEW
from res2net_mm.formats.image_file import OPENCV_ALONE, Header, read_header
from res2net_mm.formats.splits import APART
from res2net_mm.progress import track


@dataclass(frozen=True)
class DecodedImage:
    """The result of decoding an image to its last pixel.

    Attributes:
        header: What the file says of it before.
        look: What training sees of it.
        digest: Hash of its pixels.
        fault: Why it cannot be read to the end, empty if it can.
    """

    header: Header | None = None
    look: Look = field(default_factory=Look)
    digest: bytes = b''
    fault: str = ''


def decode(file: Path, load: Load) -> DecodedImage:
    """Decode an image by Pillow and by what training uses, which fills up files that are cut short.

    Args:
        file: Path of the image.
        load: The training pipeline's decoder, from :func:`image_loader`.
    """
    try:
        header = read_header(file)
    except UserError as error:
        return DecodedImage(fault=str(error))
    digest, fault = b'', ''
    try:
        with Image.open(file) as image:
            image.load()
            hashed = hashlib.blake2b(f'{image.mode} {image.size} '.encode(), digest_size=16)
            hashed.update(image.tobytes())
            digest = hashed.digest()
    except Exception as error:  # a damaged file makes decoders raise whatever it may be
        if header.kind != OPENCV_ALONE:
            fault = str(error).replace(repr(str(file)), 'it') or repr(error)
    return DecodedImage(header, look(file, header, load), digest, fault)


def decode_all(files: Iterable[Path], load: Load, what: str) -> dict[Path, DecodedImage]:
    """Decode all files that exist, with progress."""
    files = [file for file in dict.fromkeys(files) if os.path.lexists(file)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders run beside Python
        decoding = pool.map(lambda file: decode(file, load), files)
        return dict(zip(files, track(decoding, what, total=len(files), shown=True), strict=True))


def check_images(source: Path, decoded: Mapping[Path, DecodedImage], findings: Findings) -> None:
    """Find images of a split that are damaged, or that training sees otherwise than they are.

    Args:
        source: File or folder that lists the images, for the findings.
        decoded: Decoded images whose header could be read.
        findings: Receives the problems.
    """
    damaged = {file: image for file, image in decoded.items() if image.fault and image.header}
    for severity, what, stops in (
        (ERROR, 'images that are damaged or cut short, at which training stops', True),
        (PROBLEM, 'images that are damaged or cut short, which training sees in part', False),
    ):
        items = [
            f'{file.name}: {image.fault}'
            for file, image in damaged.items()
            if stops == (image.look.size is None)
        ]
        findings.add(severity, source, what, items, GET_ANEW)
    whole = {file: image for file, image in decoded.items() if not image.fault}
    headers = {file: image.header for file, image in whole.items() if image.header}
    check_looks(headers, {file: image.look for file, image in whole.items()}, source, findings)


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
        other: Images of the other split.
        decoded: Decoded images of both splits.
        source: File or folder that lists the other split, for the findings.
        name: Name of the other split.
        findings: Receives images that are in both.
    """
    first: dict[bytes, Path] = {}
    for file in train:
        if digest := decoded.get(file, DecodedImage()).digest:
            first.setdefault(digest, file)
    pairs = ((file, first.get(decoded.get(file, DecodedImage()).digest)) for file in other)
    both = [f'{file.name} is {twin.name}' for file, twin in pairs if twin and twin != file]
    what = f'images of {name} with the same pixels as one of train, so that results look too good'
    findings.add(PROBLEM, source, what, both, APART)
