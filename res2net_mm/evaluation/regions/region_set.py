"""The regions of all images of a run, which scores and comparisons are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.evaluation.regions.image_regions import (
    FoundRegions,
    ImageRegions,
    Overlaps,
    TruthRegions,
)
from res2net_mm.evaluation.written_results import read_arrays, write_arrays

_KINDS = {'truth': TruthRegions, 'found': FoundRegions, 'overlaps': Overlaps}


@dataclass(frozen=True, eq=False)
class RegionSet:
    """Regions of a run; bins are no part of it, so it can be scored in any."""

    images: np.ndarray  # (N,) names of the images
    image_areas: np.ndarray  # (N,) int64, px^2
    categories: tuple[str, ...]  # names of the classes
    tolerance: float  # of the boundary, as a share of the image diagonal
    truth: TruthRegions
    truth_image: np.ndarray  # (T,) int32, index of the image of each ground-truth region
    found: FoundRegions
    found_image: np.ndarray  # (F,) int32, the same of each predicted region
    overlaps: Overlaps  # of indices into ``found`` and ``truth``


# The names under which a file has the arrays of each part, and the rest.
_PARTS = {
    part: {field.name: f'{part}.{field.name}' for field in fields(kind)}
    for part, kind in _KINDS.items()
}
_PLAIN = tuple(field.name for field in fields(RegionSet) if field.name not in _KINDS)


def stack_regions(
    images: Sequence[tuple[str, ImageRegions]], categories: Sequence[str], tolerance: float
) -> RegionSet:
    """Put the regions of images together, each given with the image's name."""
    names, regions = zip(*images, strict=True)
    counts = {
        part: [len(getattr(of_one, part).area) for of_one in regions] for part in ('found', 'truth')
    }
    first = {part: np.cumsum([0, *count[:-1]]) for part, count in counts.items()}
    indices = np.arange(len(names), dtype=np.int32)

    def joined(part: str, name: str) -> np.ndarray:
        arrays = [getattr(getattr(of_one, part), name) for of_one in regions]
        if part == 'overlaps' and name in first:
            arrays = [array + start for array, start in zip(arrays, first[name], strict=True)]
        return np.concatenate(arrays)

    parts = {
        part: kind(**{name: joined(part, name) for name in _PARTS[part]})
        for part, kind in _KINDS.items()
    }
    return RegionSet(
        images=np.array(names, dtype=str),
        image_areas=np.array([of_one.area for of_one in regions], dtype=np.int64),
        categories=tuple(categories),
        tolerance=tolerance,
        truth_image=np.repeat(indices, counts['truth']),
        found_image=np.repeat(indices, counts['found']),
        **parts,
    )


def write_regions(regions: RegionSet, path: str | Path) -> Path:
    """Write a set to an npz file that is whole or not there."""
    arrays = {name: getattr(regions, name) for name in _PLAIN}
    for part, names in _PARTS.items():
        arrays |= {key: getattr(getattr(regions, part), name) for name, key in names.items()}
    return write_arrays(arrays, path)


def read_regions(path: str | Path) -> RegionSet:
    """Read what ``write_regions`` wrote; UserError if the file holds something else."""
    keys = [key for names in _PARTS.values() for key in names.values()]
    arrays = read_arrays(path, [*_PLAIN, *keys], 'the regions of a run')
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    for part, names in _PARTS.items():
        plain[part] = _KINDS[part](**{name: arrays[key] for name, key in names.items()})
    plain['categories'] = tuple(plain['categories'].tolist())
    plain['tolerance'] = float(plain['tolerance'])
    return RegionSet(**plain)
