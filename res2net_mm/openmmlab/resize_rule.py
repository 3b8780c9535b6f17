"""The size of the images that a config trains on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

from .edit import type_name, walk

RESIZES = ('Resize', 'RandomResize', 'RandomChoiceResize', 'FixShapeResize')


@dataclass(frozen=True)
class ResizeRule:
    """A resize of images; the middle of a random one."""

    width: float  # to fit into, px; a factor if ``relative``
    height: float
    # The longer side of the image fits into the longer of both, its shorter side into the shorter.
    keep_ratio: bool
    relative: bool
    text: str  # the rule in words

    def factors(self, height: float, width: float) -> tuple[float, float]:
        """Return the factors of height and width for an image of this height and width (px)."""
        if self.relative:
            return self.height, self.width
        if not self.keep_ratio:
            return self.height / height, self.width / width
        longer, shorter = max(self.width, self.height), min(self.width, self.height)
        factor = min(longer / max(height, width), shorter / min(height, width))
        return factor, factor


def resize_rule(cfg: Config) -> ResizeRule | None:
    """Return the first resize of the training pipeline, None if it has none."""
    for step in walk(cfg.get('train_dataloader') or {}):
        if type_name(step) in RESIZES:
            return _rule(step)
    return None


def _rule(step: Mapping[str, Any]) -> ResizeRule:
    name, keep_ratio = type_name(step), bool(step.get('keep_ratio', False))
    factor = step.get('scale_factor')
    if name == 'Resize' and step.get('scale') is None and factor is not None:
        width, height = (factor, factor) if isinstance(factor, int | float) else factor
        return ResizeRule(width, height, keep_ratio, True, f'by {width:g} x {height:g}')
    keep_ratio = keep_ratio or bool((step.get('resize_cfg') or {}).get('keep_ratio', False))
    if name == 'FixShapeResize':
        width, height = step['width'], step['height']
    elif name == 'RandomChoiceResize':
        scales = sorted(map(_pair, step['scales']), key=min)
        width, height = scales[len(scales) // 2]
    elif step['scale'] and isinstance(step['scale'], list | tuple) and _is_pair(step['scale'][0]):
        width, height = (sum(sides) / 2 for sides in zip(*map(_pair, step['scale']), strict=True))
    else:
        width, height = _pair(step['scale'])
    ratio = step.get('ratio_range') if name == 'RandomResize' else None
    middle = sum(ratio) / 2 if ratio else 1
    width, height = width * middle, height * middle
    if math.isinf(width):
        keep_ratio, text = True, f'to a shorter side of {height:g} px'
    else:
        text = f'to {"fit into " if keep_ratio else ""}{width:g}x{height:g} px'
    text += f' ({name}, its middle)' if name.startswith('Random') else ''
    return ResizeRule(width, height, keep_ratio, False, text)


def _is_pair(scale: Any) -> bool:
    return isinstance(scale, list | tuple) and len(scale) == 2


def _pair(scale: Any) -> tuple[float, float]:
    """Return width and height of a scale; a single number is the shorter side."""
    return (scale[0], scale[1]) if _is_pair(scale) else (math.inf, scale)
