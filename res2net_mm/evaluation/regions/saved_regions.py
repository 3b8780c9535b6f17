"""What ``RegionSizeMetric`` leaves in a work directory: scores, regions and label maps.

Label maps are kept for pictures of runs side by side, in the folders ``label_maps/truth`` and
``label_maps/predicted``: a PNG per image, classes from 0, and 255 where the ground truth does not
count.
"""

import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from res2net_mm.evaluation.regions.region_set import RegionSet, read_regions
from res2net_mm.evaluation.size_bins import SizeBin, read_bins
from res2net_mm.whole_file import whole_folder

RESULT_FILE = 'iou_by_size.json'
REGION_FILE = 'iou_by_size.npz'
FOLDER = 'label_maps'
KINDS = ('truth', 'predicted')
NO_LABEL = 255
_COMPRESSION = 3  # level of zlib: label maps are small at any


@dataclass(frozen=True, eq=False)
class SavedRegions:
    """An evaluation of a segmenter."""

    regions: RegionSet
    bins: tuple[SizeBin, ...]
    label_maps: list[tuple[Path, Path]] | None  # ground truth, prediction; None if not kept


def read_saved_regions(work_dir: str | Path) -> SavedRegions:
    """Read the evaluation of a segmenter; raise UserError if there is none or it cannot be read."""
    work_dir = Path(work_dir)
    regions = read_regions(work_dir / REGION_FILE)
    bins = read_bins(work_dir / RESULT_FILE)
    return SavedRegions(regions, bins, find_label_maps(work_dir, regions.images.tolist()))


def encode_label_map(
    labels: np.ndarray, classes: int, palette: Sequence[Sequence[int]] | None
) -> bytes:
    """Encode (H, W) integers as a PNG file; what is none of at most 255 classes is ``NO_LABEL``.

    ``palette`` is the RGB of each class; None for shades of grey.
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
    """Replace the label maps of an earlier evaluation by those of this one.

    ``encoded`` are ground truth and prediction of each of the images; None leaves nothing there.
    """
    if encoded is None:
        shutil.rmtree(work_dir / FOLDER, ignore_errors=True)
        return
    with whole_folder(work_dir / FOLDER, replace=True) as partial:
        for name, files in zip(_file_names(images), encoded, strict=True):
            for kind, content in zip(KINDS, files, strict=True):
                path = partial / kind / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def find_label_maps(work_dir: Path, images: Sequence[str]) -> list[tuple[Path, Path]] | None:
    """Return the files of ground truth and prediction of each image; None if none were kept."""
    folder = work_dir / FOLDER
    if not folder.is_dir():
        return None
    truth, predicted = (folder / kind for kind in KINDS)
    return [(truth / name, predicted / name) for name in _file_names(images)]


def _file_names(images: Sequence[str]) -> list[str]:
    """Return paths as the images have them below their common folder, or numbers on a clash."""
    paths = [Path(os.path.normpath(image)) for image in images]  # none leads out of what is shared
    if len({path.is_absolute() for path in paths}) > 1:
        return [f'{index:06d}.png' for index in range(len(paths))]
    shared = os.path.commonpath([path.parent.as_posix() for path in paths])
    names = [path.relative_to(shared).with_suffix('.png').as_posix() for path in paths]
    if len(set(names)) < len(names):
        return [f'{index:06d}.png' for index in range(len(names))]
    return names
