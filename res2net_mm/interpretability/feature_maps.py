"""The feature maps that are explained and measured: outputs of stages, and splits of blocks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor, nn

from res2net_mm.errors import UserError


@dataclass(frozen=True)
class FeatureMaps:
    """Feature maps that are groups of channels of one tensor in a network."""

    names: tuple[str, ...]  # 'stage 2', or 'stage 2, split 1' and so on, one for each map
    stage: int  # from 1
    module: nn.Module  # whose output, or input, the tensor is
    at_input: bool = False
    channels: int | None = None  # of each map; None for one map with all of them

    def parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, C, H, W) -> the maps (N, C / len(names), H, W)."""
        return (x,) if self.channels is None else x.split(self.channels, dim=1)


def parts_of(
    places: Sequence[FeatureMaps], tensors: Mapping[FeatureMaps, Tensor]
) -> Iterator[tuple[str, Tensor]]:
    """Yield name and tensor (N, C, H, W) of each map."""
    for place in places:
        yield from zip(place.names, place.parts(tensors[place]), strict=True)


def stages_of(backbone: nn.Module) -> list[nn.Module]:
    """Return the stages of a backbone of this package or of one built like OpenMMLab's ResNet."""
    if names := getattr(backbone, 'res_layers', None):
        return [getattr(backbone, name) for name in names]
    if stages := getattr(backbone, 'stages', None):
        return list(stages)
    raise UserError(
        f'the backbone {type(backbone).__name__} does not tell its stages: those of this package '
        'do (`stages`), and ResNet, ResNeXt, RegNet and ResNeSt of the toolboxes (`res_layers`)'
    )


def places_of(
    backbone: nn.Module, block: int = -1, stages: Sequence[int] | None = None
) -> list[FeatureMaps]:
    """Return each stage's output, followed by the splits of one of its Res2Net blocks, if any.

    The splits are the outputs y_0 .. y_{s-1} of the block's hierarchical convolution, the input of
    its last 1x1 convolution, numbered from 1. In all blocks but the first of a stage split 1 has
    been convolved once, split s - 1 has been convolved s - 1 times, and split s is passed through.

    Args:
        backbone: This package's, or a ResNet or Res2Net of the toolboxes.
        block: Index of the block among the stage's; negative ones count from its end.
        stages: Numbers of the stages, from 1; None for all.

    Raises:
        UserError: A stage or a block is out of range.
    """
    modules = stages_of(backbone)
    places = []
    for stage in stages or range(1, len(modules) + 1):
        if not 1 <= stage <= len(modules):
            raise UserError(f'stage {stage} is out of range: the backbone has 1 to {len(modules)}')
        module = modules[stage - 1]
        places.append(FeatureMaps((f'stage {stage}',), stage, module))
        if blocks := [part for part in module.modules() if has_splits(part)]:
            places.append(_splits(blocks, stage, block))
    return places


def has_splits(module: nn.Module) -> bool:
    """Return whether a module is a Res2Net block, of this package or of MMDetection."""
    third = getattr(module, 'conv3', None)
    return getattr(module, 'scales', 1) > 1 and isinstance(third, nn.Module)


def _splits(blocks: Sequence[nn.Module], stage: int, block: int) -> FeatureMaps:
    if not -len(blocks) <= block < len(blocks):
        raise UserError(
            f'block {block} is out of range: stage {stage} has {len(blocks)} Res2Net blocks, '
            f'0 to {len(blocks) - 1} (or -1 to {-len(blocks)} from the end)'
        )
    chosen: Any = blocks[block]
    plugins = dict(getattr(chosen, 'plugins', None) or {})  # MMDetection's is None
    return FeatureMaps(
        tuple(f'stage {stage}, split {i + 1}' for i in range(chosen.scales)),
        stage,
        # A plugin between them gets the splits before the 1x1 convolution does.
        plugins.get('after_conv2', chosen.conv3),
        at_input=True,
        channels=chosen.width,
    )


def stop_recomputing(network: nn.Module) -> None:
    """Turn off recomputation in the backward pass, which would run the hooks twice."""
    for module in network.modules():
        if hasattr(module, 'with_cp'):
            module.with_cp = False  # type: ignore[assignment] # an attribute of OpenMMLab's blocks


@contextmanager
def kept(places: Sequence[FeatureMaps]) -> Iterator[dict[FeatureMaps, Tensor]]:
    """Keep the tensors of these places from each forward pass inside the ``with`` block."""
    tensors: dict[FeatureMaps, Tensor] = {}

    def keep(place: FeatureMaps, _: nn.Module, inputs: Any, output: Any = None) -> None:
        tensors[place] = inputs[0] if place.at_input else output

    with ExitStack() as hooks:
        for place in places:
            module, hook = place.module, partial(keep, place)
            before = place.at_input
            register = module.register_forward_pre_hook if before else module.register_forward_hook
            hooks.enter_context(register(hook))
        yield tensors
