"""Segmenters to compare: work directories of this package, or label maps of any framework."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.evaluation.regions.label_map_regions import read_label_maps
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.regions.saved_regions import REGION_FILE, read_saved_regions
from res2net_mm.formats.label_maps.map_file import read_label_map, read_palette
from res2net_mm.formats.label_maps.pairs import find_images
from res2net_mm.openmmlab.edit import make_palette
from res2net_mm.report.runs import Run, check_ground_truth, image_folder, name_runs
from res2net_mm.report.training import read_training_log


@dataclass(frozen=True, eq=False)
class SegmenterRun(Run):
    """A run of a segmenter.

    ``read_maps`` returns ground truth and prediction of the image with an index, (H, W) integers;
    labels that are none of the classes do not count. None where no label maps are kept.
    """

    regions: RegionSet  # of its label maps and of their ground truth
    read_maps: Callable[[int], tuple[np.ndarray, np.ndarray]] | None
    colours: np.ndarray  # (K, 3) uint8 RGB of the classes
    images: Sequence[Path | None]  # file of each image; None for those that are not found


def read_segmenter_runs(
    paths: Sequence[str | Path],
    *,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
    **options: Any,
) -> list[SegmenterRun]:
    """Read work directories of segmenters, or folders of label maps.

    The arguments are those of ``compare_runs``; ``options`` are those of ``read_label_maps``.

    Raises:
        UserError: If they cannot be read.
    """
    named = name_runs(paths, names)
    folder = image_folder(images)
    maps = [path for path, _ in named if not holds_saved_regions(path)]
    labels = {name: options[name] for name in ('classes', 'ignore_index')}
    check_ground_truth(maps, 'label maps', 'the folder of their ground truth', gt=gt, **labels)
    return [
        _read_maps(path, name, gt, folder, options)
        if gt is not None and path in maps
        else _read_work_dir(path, name, folder)
        for path, name in named
    ]


def holds_saved_regions(path: Path) -> bool:
    """Return whether a path is a folder that a segmenter was evaluated in."""
    return (path / REGION_FILE).is_file()


def _read_work_dir(path: Path, name: str, folder: Path | None) -> SegmenterRun:
    saved = read_saved_regions(path)
    maps = saved.label_maps
    return SegmenterRun(
        name=name,
        options={'bins': saved.bins},
        log=read_training_log(path),
        regions=saved.regions,
        read_maps=None if maps is None else partial(_read_pair, maps),
        colours=_colours(None if maps is None else maps[0][0], 0, saved.regions),
        images=_find_images(saved.regions, folder),
    )


def _read_maps(
    path: Path, name: str, gt: str | Path, folder: Path | None, options: Mapping[str, Any]
) -> SegmenterRun:
    checked, regions = read_label_maps(gt, path, **options)
    pairs = checked.usable
    return SegmenterRun(
        name=name,
        options=None,
        log=None,
        regions=regions,
        read_maps=lambda index: checked.read(pairs[index]),
        colours=_colours(pairs[0].truth, checked.labels.first, regions),
        images=_find_images(regions, folder),
    )


def _read_pair(maps: Sequence[tuple[Path, Path]], index: int) -> tuple[np.ndarray, np.ndarray]:
    truth, predicted = (read_label_map(file) for file in maps[index])
    return truth, predicted


def _find_images(regions: RegionSet, folder: Path | None) -> list[Path | None]:
    names = regions.images.tolist()
    if folder is not None:
        return find_images(names, folder)
    return [path if path.is_file() and path.is_absolute() else None for path in map(Path, names)]


def _colours(file: Path | None, first: int, regions: RegionSet) -> np.ndarray:
    """Return the palette of a label map from label ``first`` on, else colours of this package."""
    classes = len(regions.categories)
    palette = None if file is None or not file.is_file() else read_palette(file)
    if palette is None:
        return np.array(make_palette(classes), np.uint8)
    return palette[first : first + classes]
