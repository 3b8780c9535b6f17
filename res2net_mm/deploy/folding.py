"""Fold batch norms, which scale and shift each channel by constants, into convolutions."""

import copy
import inspect
from collections import Counter
from typing import Any, TypeVar

import torch
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm

from res2net_mm.errors import UserError
from res2net_mm.layers import is_deformable

T = TypeVar('T', bound=nn.Module)
# Norms with statistics by class name, since mmcv and torchvision may not be installed.
_NORMS_BY_NAME = {'SyncBatchNorm', 'FrozenBatchNorm2d', 'FrozenBatchNorm'}
# Linear in `weight`, whose output channels come first. Subclasses may not be (weight
# standardisation), except mmcv's wrappers, which only handle empty inputs.
_PLAIN = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
WRAPPERS = 'mmcv.cnn.bricks.wrappers'


def fold_norms(model: nn.Module) -> nn.Module:
    """Fold every batch norm inside, in place, or replace it by a scale and shift.

    A norm is folded into the convolution before it if nothing else reads the convolution's output.
    That is found by symbolic tracing of the largest traceable modules, so the names of layers do
    not matter.

    Returns:
        The model, or its replacement if the model itself is a norm.
    """
    _fold_pairs(model, set())
    if is_foldable(model):
        return ScaleAndShift(model)
    norms = {norm: ScaleAndShift(norm) for norm in model.modules() if is_foldable(norm)}
    for parent in list(model.modules()):
        for name, norm in list(parent._modules.items()):
            if norm in norms:
                parent._modules[name] = norms[norm]
    return model


def is_foldable(module: nn.Module) -> bool:
    """Return whether a module in eval mode scales and shifts each channel by constants.

    A batch norm without running statistics does not: it normalises by the statistics of the batch.
    """
    of_batch = isinstance(module, _BatchNorm) or type(module).__name__ in _NORMS_BY_NAME
    return of_batch and getattr(module, 'running_mean', None) is not None


def count_norms(model: nn.Module) -> dict[str, int]:
    """Count the norms inside by class name, foldable or not."""
    others = (nn.GroupNorm, nn.LayerNorm, nn.modules.instancenorm._InstanceNorm, _BatchNorm)
    found = [m for m in model.modules() if is_foldable(m) or isinstance(m, others)]
    return dict(Counter(type(module).__name__ for module in found))


class FusedModule(nn.Module):
    """A part of a fused network, which only predicts."""

    def train(self: T, mode: bool = True) -> T:
        """Return the module in eval mode, or raise UserError if it is put into training mode."""
        if mode:
            raise UserError(
                'a fused network only predicts, its norms are gone: train the network it was fused '
                'from and fuse it anew (or call eval() on what holds this one)'
            )
        return super().train(mode)


class FoldedNorm(FusedModule, nn.Identity):
    """Placeholder of a norm that was folded into the convolution before it."""


class ScaleAndShift(FusedModule):
    """The scale and shift of a norm that could not be folded into a convolution."""

    scale: Tensor
    shift: Tensor

    def __init__(self, norm: Any) -> None:
        super().__init__()
        for name, values in zip(('scale', 'shift'), _scale_and_shift(norm), strict=True):
            self.register_buffer(name, values.to(norm.running_mean.dtype))
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...) -> (N, C, ...)."""
        shape = (1, -1, *(1,) * (x.dim() - 2))
        return x * self.scale.view(shape) + self.shift.view(shape)


def _scale_and_shift(norm: Any) -> tuple[Tensor, Tensor]:
    """Return the scale and the shift of a batch norm in eval mode, each (C,), in float64."""
    mean, variance = norm.running_mean.double(), norm.running_var.double()
    scale = torch.rsqrt(variance + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    shift = -mean * scale
    if norm.bias is not None:
        shift = shift + norm.bias.double()
    return scale.detach(), shift.detach()


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
    plain = kind in (*_PLAIN, *_TRANSPOSED) or kind.__module__ == WRAPPERS
    return (plain and hasattr(conv, 'weight')) or is_deformable(conv)


@torch.no_grad()
def _fold(owner: nn.Module, conv_name: str, norm_name: str) -> None:
    """Replace the convolution by a copy with the norm folded in, and the norm by a placeholder.

    A copy, since heads share a convolution between levels that have a norm each.
    """
    conv: Any = copy.deepcopy(owner.get_submodule(conv_name))
    norm = owner.get_submodule(norm_name)
    scale, shift = _scale_and_shift(norm)
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
    ones = (1,) * (weight.dim() - 2)
    if isinstance(conv, _TRANSPOSED):  # (in, out / groups, ...), the groups along the first
        grouped = weight.view(conv.groups, -1, *weight.shape[1:])
        return (grouped * scale.view(conv.groups, 1, -1, *ones)).view_as(weight)
    return weight * scale.view(-1, 1, *ones)


def _parameter(values: Tensor, like: Tensor) -> nn.Parameter:
    return nn.Parameter(values.to(like.dtype), requires_grad=False)
