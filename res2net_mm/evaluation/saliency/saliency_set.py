"""The measures of all images of a run, which scores and comparisons are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from res2net_mm.evaluation.saliency.image_saliency import ImageSaliency
from res2net_mm.evaluation.written_results import read_arrays, write_arrays

_OF_IMAGE = (
    *('area', 'salient', 'precision', 'recall', 'e_curve'),
    *('adaptive_f', 'adaptive_e', 'error', 'structure'),
)
_OF_OBJECTS = ('area', 'max_f', 'mean_f', 'adaptive_f', 'error')
_AROUND = ('background_error', 'background_ratio')


@dataclass(frozen=True, eq=False)
class SaliencySet:
    """Measures of N images with T objects; bins are no part of it, so it can be scored in any."""

    images: np.ndarray  # (N,) names
    area: np.ndarray  # (N,) int64, px
    salient: np.ndarray  # (N,) int64, salient pixels
    precision: np.ndarray  # (N, 256) by falling threshold
    recall: np.ndarray  # (N, 256)
    e_curve: np.ndarray  # (N, 256)
    adaptive_f: np.ndarray  # (N,)
    adaptive_e: np.ndarray  # (N,)
    error: np.ndarray  # (N,) mean absolute error
    structure: np.ndarray  # (N,) S-measure
    background_error: np.ndarray  # (N,) see ``SalientObjects``
    background_ratio: np.ndarray  # (N,)
    object_image: np.ndarray  # (T,) index of the image of each object
    object_area: np.ndarray  # (T,) int64, px
    object_max_f: np.ndarray  # (T,)
    object_mean_f: np.ndarray  # (T,)
    object_adaptive_f: np.ndarray  # (T,)
    object_error: np.ndarray  # (T,)


def stack_saliency(images: Sequence[tuple[str, ImageSaliency]]) -> SaliencySet:
    """Put the measures of images together, each given with the image's name."""
    names, measured = zip(*images, strict=True)
    objects = [of_one.objects for of_one in measured]
    arrays = {name: np.array([getattr(of_one, name) for of_one in measured]) for name in _OF_IMAGE}
    arrays |= {name: np.array([getattr(of_one, name) for of_one in objects]) for name in _AROUND}
    for name in _OF_OBJECTS:
        arrays[f'object_{name}'] = np.concatenate([getattr(of_one, name) for of_one in objects])
    counts = [len(of_one.area) for of_one in objects]
    object_image = np.repeat(np.arange(len(names)), counts)
    return SaliencySet(images=np.array(names, dtype=str), object_image=object_image, **arrays)


def write_saliency(measured: SaliencySet, path: str | Path) -> Path:
    """Write a set to an npz file that is whole or not there."""
    arrays = {field.name: getattr(measured, field.name) for field in fields(SaliencySet)}
    return write_arrays(arrays, path)


def read_saliency(path: str | Path) -> SaliencySet:
    """Read what ``write_saliency`` wrote; UserError if the file holds something else."""
    names = [field.name for field in fields(SaliencySet)]
    return SaliencySet(**read_arrays(path, names, 'the saliency measures of a run'))
