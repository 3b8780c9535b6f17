"""Class activation maps: which places of a feature map raise a score.

Captum computes them. It needs PyTorch and NumPy alone, while pytorch-grad-cam needs torchvision,
whose builds fit one build of torch each.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from res2net_mm.errors import UserError, argument, brief

from .feature_maps import FeatureMaps

# Method -> the value of its map at a place, before negative values are set to 0.
METHODS = {
    'grad-cam': 'sum over channels of activation x mean gradient (Selvaraju et al., 1610.02391)',
    'hires-cam': 'sum over channels of activation x gradient (Draelos and Carin, 2011.08891)',
    'eigen-cam': 'first principal component of the activations, no score (Muhammad, 2008.00299)',
}


def activation_maps(
    score: Callable[[Tensor], Tensor], inputs: Tensor, maps: FeatureMaps, method: str = 'grad-cam'
) -> list[Tensor]:
    """Return the class activation maps of a score.

    Args:
        score: Runs the network on ``inputs`` and returns a score, a tensor of one number.
        inputs: The network's input (1, 3, H, W).
        maps: The feature maps, for all of which one pass is enough.
        method: One of ``METHODS``.

    Returns:
        For each map (h, w), float32, not below 0; in the score's unit except for ``eigen-cam``.

    Raises:
        UserError: The method is unknown, Captum is missing, or the score does not depend on the
            maps in a way that has a gradient.
    """
    if method not in METHODS:
        raise UserError(f'method {method!r} is unknown; allowed: {", ".join(METHODS)}')
    try:
        from captum.attr import LayerActivation, LayerGradCam, LayerGradientXActivation
    except ImportError as error:
        raise UserError(
            'class activation maps need Captum: `pip install captum` (which needs torch, NumPy, '
            f'matplotlib, packaging and tqdm): {error}'
        ) from error
    at_input = dict(attribute_to_layer_input=maps.at_input)
    try:
        if method == 'grad-cam':
            attribution = LayerGradCam(score, maps.module)
            found = attribution.attribute(inputs, attr_dim_summation=False, **at_input)
        elif method == 'hires-cam':
            attribution = LayerGradientXActivation(score, maps.module)
            found = attribution.attribute(inputs, **at_input)
        else:
            found = LayerActivation(score, maps.module).attribute(inputs, **at_input)
    except RuntimeError as error:
        if 'grad' not in str(error) and 'unused' not in str(error):
            raise
        raise UserError(
            f'the score does not depend on {maps.names[0]} in a way that has a gradient; '
            f'{argument("method", "eigen-cam")} needs none ({brief(error)})'
        ) from error
    if not isinstance(found, Tensor) or found.dim() != 4:
        raise UserError(f'{maps.names[0]} is not a feature map (N, C, H, W): no map can be drawn')
    combine = _principal_component if method == 'eigen-cam' else _sum_of_channels
    return [combine(part[0].detach()).relu().float().cpu() for part in maps.parts(found)]


def _sum_of_channels(x: Tensor) -> Tensor:
    """(C, h, w) -> (h, w)."""
    return x.sum(0)


def _principal_component(x: Tensor) -> Tensor:
    """(C, h, w) -> (h, w), with the sign for which its sum is positive."""
    places = x.flatten(1).T  # (C, h, w) -> (h * w, C)
    direction = torch.linalg.svd(places, full_matrices=False).Vh[0]
    projected = (places @ direction).reshape(x.shape[1:])
    return projected if projected.sum() >= 0 else -projected
