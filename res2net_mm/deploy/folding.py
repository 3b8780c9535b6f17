"""Fold the scale and shift of a norm into the weights of the convolution before it."""

import copy
import inspect
from collections import Counter
from typing import Any

import torch
from torch import Tensor, fx, nn

from res2net_mm.layers import is_deformable

from .norms import FoldedNorm, ScaleAndShift, is_foldable, scale_and_shift

# Linear in `weight`, whose output channels come first. Subclasses may not be (weight
# standardisation), except mmcv's wrappers, which only handle empty inputs.
_PLAIN = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_WRAPPERS = 'mmcv.cnn.bricks.wrappers'


def fold_norms(model: nn.Module) -> nn.Module:
    """Fold every batch norm inside, in place, or replace it by a scale and shift.

    A norm is folded into the convolution before it if nothing else reads the convolution's output.
    That is found by symbolic tracing of the largest traceable modules, so the names of layers do
    not matter.

    Returns:
        The model, or its replacement if the model itself is a norm.
    """
    _fold_pairs(model, set())
    shared: dict[nn.Module, nn.Module] = {}
    if is_foldable(model):
        return ScaleAndShift(model)
    for parent in model.modules():
        for child in parent.children():
            if is_foldable(child):
                shared.setdefault(child, ScaleAndShift(child))
    for parent in list(model.modules()):
        for name, norm in list(parent._modules.items()):
            if norm is not None and norm in shared:
                parent._modules[name] = shared[norm]
    return model


def _fold_pairs(module: nn.Module, seen: set[int]) -> None:
    if id(module) in seen or not any(map(is_foldable, module.modules())):
        return
    seen.add(id(module))
    pairs = None if isinstance(module, nn.ModuleList | nn.ModuleDict) else _pairs(module)
    for conv, norm in pairs or ():
        _fold(module, conv, norm)
    if pairs is None:
        for child in list(module.children()):
            _fold_pairs(child, seen)


def _pairs(module: nn.Module) -> list[tuple[str, str]] | None:
    """Return names of each convolution and the norm it alone feeds; None if it cannot be traced."""
    parameters = inspect.signature(module.forward).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    try:
        graph = _Tracer().trace(module, concrete_args=defaults)
    except Exception:  # the module's code may do anything with a proxy
        return None
    calls = Counter(node.target for node in graph.nodes if node.op == 'call_module')
    found = []
    for node in graph.nodes:
        if node.op != 'call_module' or not is_foldable(module.get_submodule(str(node.target))):
            continue
        conv = node.args[0] if node.args else None
        if (
            isinstance(conv, fx.Node)
            and conv.op == 'call_module'
            and _takes_norm(module.get_submodule(str(conv.target)))
            and len(conv.users) == 1
            and calls[conv.target] == calls[node.target] == 1
        ):
            found.append((str(conv.target), str(node.target)))
    return found


class _Tracer(fx.Tracer):
    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        whole = not any(True for _ in module.children()) or is_deformable(module)
        return whole or super().is_leaf_module(module, name)


def _takes_norm(conv: nn.Module) -> bool:
    kind = type(conv)
    plain = kind in (*_PLAIN, *_TRANSPOSED) or kind.__module__ == _WRAPPERS
    return (plain and hasattr(conv, 'weight')) or is_deformable(conv)


@torch.no_grad()
def _fold(owner: nn.Module, conv_name: str, norm_name: str) -> None:
    """Replace the convolution by a copy with the norm folded in, and the norm by a placeholder.

    A copy, since heads share a convolution between levels that have a norm each.
    """
    conv: Any = copy.deepcopy(owner.get_submodule(conv_name))
    norm = owner.get_submodule(norm_name)
    scale, shift = scale_and_shift(norm)
    weight = conv.weight.double()
    conv.weight = _parameter(_scaled(weight, scale, conv), conv.weight)
    folded: FoldedNorm | ScaleAndShift = FoldedNorm()
    if 'bias' not in conv._parameters:  # DCN of the first version has none
        folded = ScaleAndShift(norm)
        folded.scale.fill_(1)
    else:
        bias = 0 if conv.bias is None else conv.bias.double() * scale
        conv.bias = _parameter(shift + bias, conv.weight)
    owner.set_submodule(conv_name, conv)
    owner.set_submodule(norm_name, folded.eval())


def _scaled(weight: Tensor, scale: Tensor, conv: Any) -> Tensor:
    if isinstance(conv, _TRANSPOSED):  # (in, out / groups, ...), the groups along the first
        per_group = scale.view(conv.groups, 1, -1)
        grouped = weight.view(conv.groups, -1, *weight.shape[1:])
        return (grouped * per_group.view(*per_group.shape, *(1,) * (weight.dim() - 2))).view_as(
            weight
        )
    return weight * scale.view(-1, *(1,) * (weight.dim() - 1))


def _parameter(values: Tensor, like: Tensor) -> nn.Parameter:
    return nn.Parameter(values.to(like.dtype), requires_grad=False)
