"""Enlarge or shrink what a test pipeline gives to the network, by a factor: the zoom.

The scale of the pipeline's own resize is multiplied, so that an image is interpolated once, from
its full size, as whoever tests at another scale would have it. The network then sees an object at
its size in the image, times the resize of the config, times the zoom.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.edit import type_name

RESIZES = ('Resize', 'FixScaleResize', 'FixShapeResize')
# Steps that run a pipeline of their own several times and merge what the model says.
AUGMENTED = ('TestTimeAug', 'MultiScaleFlipAug')


def zoomed_pipeline(steps: Sequence[Mapping[str, Any]], zoom: float) -> list[dict[str, Any]]:
    """Return the steps of a test pipeline in which images come out ``zoom`` times as large.

    Zoom 1 leaves the steps as they are. A fixed size of padding grows along; a pipeline without a
    resize gets one after the image is loaded. Sides are rounded to whole pixels, so the data
    samples' ``scale_factor`` says what the factor of an image really is.

    Raises:
        UserError: If a step resizes in a way that is not known.
    """
    zoomed = [dict(step) for step in steps]
    if zoom == 1:
        return zoomed
    resizes = [step for step in zoomed if type_name(step) in RESIZES]
    for step in zoomed:
        name = type_name(step)
        if name in RESIZES:
            _enlarge(step, zoom)
        elif name == 'Pad' and step.get('size') is not None:
            step['size'] = _whole(step['size'], zoom)
        elif name in AUGMENTED or 'Resize' in name:
            raise UserError(
                f'the test pipeline has a step {name}, which cannot be zoomed: resize by '
                f'{", ".join(RESIZES)}'
            )
    if not resizes:
        loaded = [i for i, step in enumerate(zoomed) if type_name(step).startswith('LoadImage')]
        place = loaded[-1] + 1 if loaded else 0
        zoomed.insert(place, dict(type='mmdet.Resize', scale_factor=float(zoom), keep_ratio=True))
        _tell_factor(zoomed)
    return zoomed


def check_zooms(zooms: Iterable[float]) -> tuple[float, ...]:
    """Return zooms in rising order, each once.

    Raises:
        UserError: If there are none, or one is not between 1/64 and 64.
    """
    found = tuple(sorted(set(map(float, zooms))))
    if not found or not all(1 / 64 <= zoom <= 64 for zoom in found):
        listed = ', '.join(f'{zoom:g}' for zoom in found) or 'none'
        raise UserError(f'{argument("zooms")} must be factors between 1/64 and 64, got {listed}')
    return found


def _enlarge(step: dict[str, Any], zoom: float) -> None:
    if type_name(step) == 'FixShapeResize':
        step['width'], step['height'] = _whole((step['width'], step['height']), zoom)
    elif step.get('scale') is not None:
        step['scale'] = _whole(step['scale'], zoom)
    else:
        factor = step['scale_factor']
        is_number = isinstance(factor, int | float)
        step['scale_factor'] = factor * zoom if is_number else tuple(f * zoom for f in factor)


def _whole(sides: Any, zoom: float) -> Any:
    """Return a side or a pair of sides in px, enlarged, of at least one pixel."""
    if isinstance(sides, int | float):
        return max(1, round(sides * zoom))
    return tuple(max(1, round(side * zoom)) for side in sides)


def _tell_factor(steps: Sequence[dict[str, Any]]) -> None:
    """Have the factor of the resize packed with the image: boxes are scaled back by it."""
    for step in steps:
        keys = step.get('meta_keys')
        if keys is not None and 'scale_factor' not in keys:
            step['meta_keys'] = (*keys, 'scale_factor')
