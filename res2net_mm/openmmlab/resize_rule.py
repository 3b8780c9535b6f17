"""How large a config makes the images that it trains on."""

import math
from dataclasses import dataclass

from mmengine.config import Config

from .edit import kind, walk

RESIZES = ('Resize', 'RandomResize', 'RandomChoiceResize', 'FixShapeResize')


@dataclass(frozen=True)
class ResizeRule:
    """A resize of images; of a random one, its middle.

    Attributes:
        width: to fit into, px, or a factor where ``relative``.
        height: likewise.
        keep_ratio: whether the longer side of the image fits into the longer of both, and the
            shorter into the shorter, or each side becomes what is said.
        relative: whether both are factors.
        text: the rule in words.
    """

    width: float
    height: float
    keep_ratio: bool
    relative: bool
    text: str

    def factors(self, height: float, width: float) -> tuple[float, float]:
        """What height and width of an image are multiplied by."""
        if self.relative:
            return self.height, self.width
        if not self.keep_ratio:
            return self.height / height, self.width / width
        longer, shorter = max(self.width, self.height), min(self.width, self.height)
        factor = min(longer / max(height, width), shorter / min(height, width))
        return factor, factor


def resize_rule(cfg: Config) -> ResizeRule | None:
    """The first resize of the training pipeline, None if it has none."""
    for step in walk(cfg.get('train_dataloader') or {}):
        if kind(step) in RESIZES:
            return _rule(step)
    return None


def _rule(step) -> ResizeRule:
    name, keep_ratio = kind(step), bool(step.get('keep_ratio', False))
    factor = step.get('scale_factor')
    if name == 'Resize' and step.get('scale') is None and factor is not None:
        width, height = (factor, factor) if isinstance(factor, (int, float)) else factor
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
    sides = (
        f'{width:g}x{height:g} px' if math.isfinite(width) else f'a shorter side of {height:g} px'
    )
    text = f'to {"fit into " if keep_ratio and math.isfinite(width) else ""}{sides}'
    text += f' ({name}, its middle)' if name.startswith('Random') else ''
    return ResizeRule(width, height, keep_ratio or math.isinf(width), False, text)


def _is_pair(scale) -> bool:
    return isinstance(scale, (list, tuple)) and len(scale) == 2


def _pair(scale) -> tuple[float, float]:
    """Width and height of a scale; one number is that of the shorter side."""
    return tuple(scale) if _is_pair(scale) else (math.inf, scale)
