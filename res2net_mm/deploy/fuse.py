"""Fuse a trained model into an equal, faster one that only predicts."""

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn

from res2net_mm.backbones.base import Res2NetBackbone
from res2net_mm.errors import UserError
from res2net_mm.layers import Bottle2neck, give_contiguous_inputs

from .blocks import FusedBottle2neck, FusedBottleneck
from .folding import fold_norms
from .packed_conv import PackedConv2d, can_pack

# Multiple to which the channels of a split are padded. Tensor cores take eight float16 at a time;
# on a CPU oneDNN pads by itself: 8 measured the same as 1, and 16 slower.
PAD_TO = {'cuda': 8}


@torch.no_grad()
def fuse(model: nn.Module, *, pad_to: int | None = None) -> nn.Module:
    """Return a network that computes what ``model`` computes in eval mode, faster.

    Every batch norm (BN, SyncBN, frozen BN) of a backbone, neck, head or whole model is folded into
    the convolution before it, or becomes a scale and a shift where there is none. Norms that depend
    on the image (GroupNorm, LayerNorm, InstanceNorm) stay; :func:`count_norms` counts them.
    Residual blocks take fewer passes over memory, and weights get the layout and padding that suit
    the device. Outputs differ by rounding only.

    The result only predicts: its weights take no gradients and ``train()`` raises. It can be
    traced, exported and compiled; its fused operators are then replaced by plain ones.

    Args:
        model: Any module in eval mode, on the device it will run on. It is not changed.
        pad_to: Multiple to which the channels of a split are padded. None: chosen for the device.

    Raises:
        UserError: The model is in training mode.
    """
    if model.training:
        raise UserError(
            f'fuse() takes a model in eval mode and this {type(model).__name__} is in training '
            'mode: call model.eval() first'
        )
    if pad_to is not None and pad_to < 1:
        raise UserError(f'pad_to={pad_to} must be at least 1')
    fused = copy.deepcopy(model).requires_grad_(False)
    module: Any
    for module in fused.modules():
        if getattr(module, 'with_cp', False):  # there is no backward pass
            module.with_cp = False
        if isinstance(module, Res2NetBackbone):  # the fused names fit no checkpoint
            module._load_state_dict_pre_hooks.clear()
            module._state_dict_hooks.clear()
            module.keeps_layout = False  # operators that misread it are handled below
    fused = fold_norms(fused)
    weight = next(fused.parameters(), torch.empty(0))
    pad_to = pad_to or PAD_TO.get(weight.device.type, 1)
    for module in fused.modules():
        if isinstance(module, Bottle2neck):
            pad_splits(module, pad_to)
    fused = _faster(fused, {})
    for module in fused.modules():
        if _is_of_mmcv_ops(module):
            give_contiguous_inputs(module)
    fused.eval()
    return fused


def _is_of_mmcv_ops(module: nn.Module) -> bool:
    return type(module).__module__.startswith('mmcv.ops')


def _faster(module: nn.Module, done: dict[nn.Module, nn.Module]) -> nn.Module:
    """Replace the modules inside by faster ones, then return the module or a faster one."""
    if module not in done:
        done[module] = module
        if _is_of_mmcv_ops(module):  # the offsets inside keep their layout
            return module
        for name, child in list(module._modules.items()):
            if child is not None:
                module._modules[name] = _faster(child, done)
        if can_pack(module):
            done[module] = PackedConv2d.of(module)
        elif isinstance(module, Bottle2neck):
            done[module] = FusedBottle2neck(module)
        elif FusedBottleneck.takes(module):
            done[module] = FusedBottleneck(module)
    return done[module]


def pad_splits(block: Bottle2neck, multiple: int) -> None:
    """Pad the splits of a block, in place, to a multiple of channels; the output stays the same.

    Weights and biases of the new channels are zero, and the last convolution does not read them.
    Blocks with groups, plugins, deformable convolutions or norms are left as they are.
    """
    width, more = block.width, -block.width % multiple
    convs = cast(list[nn.Conv2d], block.all_convs())
    plain = all(isinstance(conv, nn.Conv2d) and conv.groups == 1 for conv in convs)
    folded = plain and all(conv.bias is not None for conv in convs)
    if not more or not folded or block.plugins:
        return
    _widen(convs[0], width, more, inputs=False)
    for conv in convs[1:-1]:
        _widen(conv, width, more)
    _widen(convs[-1], width, more, outputs=False)
    block.width = width + more


def _widen(
    conv: nn.Conv2d, width: int, more: int, *, outputs: bool = True, inputs: bool = True
) -> None:
    """Add ``more`` channels of zeros after every ``width`` output and input channels."""
    weight, bias = conv.weight, conv.bias
    assert bias is not None
    if outputs:
        weight, bias = _spread(weight, 0, width, more), _spread(bias, 0, width, more)
    if inputs:
        weight = _spread(weight, 1, width, more)
    conv.weight, conv.bias = (nn.Parameter(t, requires_grad=False) for t in (weight, bias))
    conv.out_channels, conv.in_channels = weight.shape[:2]


def _spread(values: Tensor, dim: int, width: int, more: int) -> Tensor:
    zeros = values.new_zeros([more if i == dim else n for i, n in enumerate(values.shape)])
    return torch.cat([t for part in values.split(width, dim) for t in (part, zeros)], dim)
