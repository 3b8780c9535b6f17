"""The levels of a detector's feature pyramid and their anchors, as a config sets them."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from mmengine.config import Config
from mmengine.registry import TASK_UTILS

from res2net_mm.errors import UserError, brief

from .edit import class_of, type_name, walk

HEADS = ('rpn_head', 'bbox_head')  # the first that a model has looks at every place of the image
GENERATORS = ('anchor_generator', 'prior_generator', 'approx_anchor_generator')


@dataclass(frozen=True)
class Pyramid:
    """Where a detector looks for objects, before any of them is refined.

    Attributes:
        head: The head's type, such as ``RPNHead``.
        strides: (x, y) px of the image between the cells of each level, finest first.
        anchors: (A, 4) float64 of each level: x1, y1, x2, y2 px of the anchors of its first cell;
            empty for a head without anchors, or whose anchors are not chosen by their IoU.
        pos_iou_thr: The IoU from which on an anchor is trained to find a box; None without one.
        divisor: Images are padded at right and bottom to a multiple of it, px.
    """

    head: str
    strides: tuple[tuple[float, float], ...]
    anchors: tuple[npt.NDArray[np.float64], ...] = ()
    pos_iou_thr: float | None = None
    divisor: int = 1

    @property
    def cell(self) -> float:
        """The side of a cell of the finest level, px."""
        return float(np.sqrt(np.prod(self.strides[0])))

    @property
    def trained_range(self) -> tuple[float, float]:
        """The sides (square root of the area, px) of the boxes that the levels are trained on.

        With anchors: those whose IoU with the smallest and largest anchor reaches ``pos_iou_thr``
        where shape and place are the same, that is ``(side / anchor)^2`` and its inverse. Without:
        from four cells of the finest level on, where anchors of one octave would begin, too.
        """
        if not self.anchors or self.pos_iou_thr is None:
            return 4 * self.cell, float('inf')
        corners = np.concatenate(self.anchors)
        sides = np.sqrt((corners[:, 2:] - corners[:, :2]).prod(axis=1))
        slack = self.pos_iou_thr**0.5
        return float(sides.min()) * slack, float(sides.max()) / slack


def read_pyramid(cfg: Config) -> Pyramid | None:
    """Return the pyramid of a detector's config; None where none can be told from it.

    Detectors of queries such as DETR have no levels to which sizes belong.

    Raises:
        UserError: The head or its anchors are none that MMDetection can build.
    """
    model = cfg.get('model') or {}
    name = next((name for name in HEADS if isinstance(model.get(name), Mapping)), None)
    if name is None:
        return None
    head = model[name]
    divisor = int((model.get('data_preprocessor') or {}).get('pad_size_divisor') or 1)
    kind = type_name(head)
    found = [part[key] for key in GENERATORS for part in walk(head) if part.get(key)]
    if not found:
        strides = head.get('strides') or _default_strides(head)
        return Pyramid(kind, tuple(sorted(_pairs(strides))), divisor=divisor) if strides else None
    try:
        with TASK_UTILS.switch_scope_and_registry('mmdet') as registry:
            built = registry.build(found[0])
    except Exception as error:  # of the registry and of whatever class it builds
        raise UserError(f'anchors of the {kind} cannot be built: {brief(error)}') from error
    threshold = _threshold(model, name)
    strides, bases = _pairs(built.strides), getattr(built, 'base_anchors', None)
    finest_first = sorted(range(len(strides)), key=strides.__getitem__)
    levels = tuple(strides[i] for i in finest_first)
    if bases is None or threshold is None:  # points, or anchors that stand for points (ATSS)
        return Pyramid(kind, levels, divisor=divisor)
    anchors = tuple(bases[i].double().numpy() for i in finest_first)
    return Pyramid(kind, levels, anchors, threshold, divisor)


def _threshold(model: Mapping[str, Any], head: str) -> float | None:
    """Return the ``pos_iou_thr`` of the first assigner of a head, if it has one."""
    training = model.get('train_cfg') or {}
    if head == 'rpn_head':
        training = training.get('rpn') or {}
    given = (part['assigner'] for part in walk(training) if part.get('assigner'))
    thresholds = [a['pos_iou_thr'] for a in given if a.get('pos_iou_thr') is not None]
    return float(thresholds[0]) if thresholds else None


def _default_strides(head: Mapping[str, Any]) -> Any:
    parameter = inspect.signature(class_of(head, 'mmdet')).parameters.get('strides')
    return None if parameter is None or parameter.default is parameter.empty else parameter.default


def _pairs(strides: Any) -> list[tuple[float, float]]:
    pairs = ((s, s) if isinstance(s, int | float) else s for s in strides)
    return [(float(x), float(y)) for x, y in pairs]
