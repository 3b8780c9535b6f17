"""Run every kind of backbone once, on a small image."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .finding import Finding

SIDE = 64  # px
FIX = 'set up anew; if the problem remains, report it with this line and the versions above'


def families() -> dict[str, str]:
    """Return the smallest preset of each kind of backbone, by a description of the kind.

    Kinds differ in class, stem, grouped convolutions, squeeze-and-excitation and pooled shortcuts.
    The presets of a kind differ in depth and width only.
    """
    from res2net_mm.presets import PRESETS

    found: dict[str, tuple[int, str]] = {}
    for preset in PRESETS.values():
        numbers: Mapping[str, Any] = preset.arguments
        parts = [preset.backbone, f'stem {numbers["stem"]}' if 'stem' in numbers else '']
        parts += [key for key in ('groups', 'se', 'avg_down') if numbers.get(key)]
        layers = 3 * sum(numbers.get('stage_blocks', ())) or numbers.get('depth', 0)
        rival = layers, preset.name
        kind = ', '.join(filter(None, parts))
        found[kind] = min(found.get(kind, rival), rival)
    return {kind: name for kind, (_, name) in found.items()}


def check_kernels() -> Iterator[Finding]:
    """Check whether the kernels for CPUs are compiled; training works without them."""
    from res2net_mm.acceleration.kernels import are_built

    state = 'compiled' if are_built() else 'not compiled (no C compiler?): slower on CPUs'
    yield Finding('kernels', state)


def check_backbones() -> Iterator[Finding]:
    """Check that each kind gives finite features of the right shape."""
    for kind, preset in families().items():
        yield _run(kind, preset)


def _run(kind: str, preset: str) -> Finding:
    import torch

    from res2net_mm import backbones

    begun = time.perf_counter()
    try:
        torch.manual_seed(0)
        backbone = backbones.build(preset).eval()
        images = torch.randn(1, 3, SIDE, SIDE)
        with torch.no_grad():
            features = backbone(images)
            fault = _fault(backbone, features)
            if not fault and torch.cuda.is_available():
                on_gpu = backbone.cuda()(images.cuda())[-1].cpu()
                apart = float((on_gpu - features[-1]).abs().max() / features[-1].abs().max())
                fault = f'GPU and CPU differ by {apart:.1%}' if not apart < 0.05 else ''
    except Exception as error:  # of torch, of mmcv, of the driver
        fault = f'{type(error).__name__}: {error}'
    if fault:
        return Finding('backbone', f'{kind} ({preset}): {fault}', FIX)
    shapes = ', '.join('x'.join(map(str, feature.shape[1:])) for feature in features)
    took = time.perf_counter() - begun
    return Finding('backbone', f'{kind} ({preset}): {shapes} in {took:.1f} s')


def _fault(backbone: Any, features: Sequence[Any]) -> str:
    """Return what is wrong with the features of an image, an empty string if nothing is."""
    channels = tuple(feature.shape[1] for feature in features)
    if channels != tuple(backbone.out_channels):
        return f'channels {channels}, expected {tuple(backbone.out_channels)}'
    sides = [feature.shape[-1] for feature in features]
    if any(2 * small != large for large, small in pairwise(sides)):
        return f'sides {sides} do not halve'
    if not all(bool(feature.isfinite().all()) for feature in features):
        return 'features that are not finite'
    return ''
