"""Everything that is measured of one saliency map."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from res2net_mm.evaluation.saliency.curves import (
    Floats,
    count_found,
    count_found_adaptively,
    e_measure,
    f_measure,
    precision_and_recall,
    stretch,
)
from res2net_mm.evaluation.saliency.salient_objects import SalientObjects, score_objects
from res2net_mm.evaluation.saliency.structure import s_measure


@dataclass(frozen=True, eq=False)
class ImageSaliency:
    """Measures of one image; what they are is written in the modules that they come from."""

    area: int  # of the image, px
    salient: int  # salient pixels of the mask
    precision: Floats  # (256,) by falling threshold
    recall: Floats  # (256,)
    e_curve: Floats  # (256,)
    adaptive_f: float
    adaptive_e: float
    error: float  # mean absolute error
    structure: float  # S-measure
    objects: SalientObjects


def measure_saliency(
    truth: npt.NDArray[np.bool_], saliency: npt.NDArray[np.uint8]
) -> ImageSaliency:
    """Compare a saliency map of 8 bits with the mask of the salient objects, both (H, W).

    Raises:
        ValueError: If the shapes differ.
    """
    if truth.shape != saliency.shape or truth.ndim != 2:
        shapes = f'{truth.shape}, {saliency.shape}'
        raise ValueError(f'a mask and a saliency map of one size are needed, got {shapes}')
    values = stretch(saliency)
    salient = np.count_nonzero(truth)
    right, false = count_found(truth, values)
    precision, recall = precision_and_recall(right, false, salient)
    adaptive = count_found_adaptively(truth, values)
    return ImageSaliency(
        area=truth.size,
        salient=salient,
        precision=precision,
        recall=recall,
        e_curve=e_measure(right, false, salient, truth.size),
        adaptive_f=float(f_measure(*precision_and_recall(*adaptive, salient))),
        adaptive_e=float(e_measure(*adaptive, salient, truth.size)),
        error=float(np.abs(values - truth).mean()),
        structure=s_measure(truth, values),
        objects=score_objects(truth, values),
    )
