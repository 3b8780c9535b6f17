"""Label maps that an evaluation keeps, so that runs can be looked at side by side later.

They lie in two folders, ``label_maps/truth`` and ``label_maps/predicted`` of the work directory, a
PNG per image, as the metric saw them: classes from 0, 255 where the ground truth does not count.
"""

import io
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = 'label_maps'
KINDS = ('truth', 'predicted')
NO_LABEL = 255
_COMPRESSION = 3  # of zlib: label maps are small under any


def encode_label_map(
    labels: np.ndarray, classes: int, palette: Sequence[Sequence[int]] | None
) -> bytes:
    """A label map as a PNG file, which holds the palette if there is one.

    Args:
        labels: (H, W) integers; what is no class is written as ``NO_LABEL``.
        classes: How many there are, 255 at most.
        palette: RGB of each class; None for shades of grey.
    """
    known = (labels >= 0) & (labels < classes)
    image = Image.fromarray(np.where(known, labels, NO_LABEL).astype(np.uint8))
    if palette:
        # All 256: with fewer colours Pillow would write fewer bits, and cut the labels to them.
        colours = np.zeros((256, 3), np.uint8)
        colours[: len(palette)] = palette
        image.putpalette(colours.ravel().tolist())
    file = io.BytesIO()
    image.save(file, format='png', compress_level=_COMPRESSION)
    return file.getvalue()


def write_label_maps(
    work_dir: Path, images: Sequence[str], encoded: Sequence[tuple[bytes, bytes]] | None
) -> None:
    """Put the label maps of an evaluation in the place of those of an earlier one.

    Args:
        work_dir: Of the run.
        images: Names of the images.
        encoded: Ground truth and prediction of each; None leaves nothing there.
    """
    folder = work_dir / FOLDER
    partial = work_dir / f'.{FOLDER}.partial-{os.getpid()}'
    try:
        for name, files in zip(_file_names(images), encoded or (), strict=False):
            for kind, content in zip(KINDS, files, strict=True):
                path = partial / kind / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        shutil.rmtree(folder, ignore_errors=True)
        if partial.exists():
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def find_label_maps(work_dir: Path, images: Sequence[str]) -> list[tuple[Path, Path]] | None:
    """Ground truth and prediction of each image; None where the evaluation kept none."""
    folder = work_dir / FOLDER
    if not folder.is_dir():
        return None
    return [tuple(folder / kind / name for kind in KINDS) for name in _file_names(images)]


def _file_names(images: Sequence[str]) -> list[str]:
    """Paths as the images have them below the folder they share; numbers where two would meet."""
    paths = [Path(os.path.normpath(image)) for image in images]  # none leads out of what is shared
    if len({path.is_absolute() for path in paths}) > 1:
        return [f'{index:06d}.png' for index in range(len(paths))]
    shared = os.path.commonpath([path.parent.as_posix() for path in paths])
    names = [path.relative_to(shared).with_suffix('.png').as_posix() for path in paths]
    if len(set(names)) < len(names):
        return [f'{index:06d}.png' for index in range(len(names))]
    return names
