"""Where in a backbone the feature maps are that one looks at: stages, and splits of blocks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor, nn

from res2net_mm.errors import UserError


@dataclass(frozen=True)
class FeatureMaps:
    """Maps that lie side by side in the channels of one tensor of a network.

    Attributes:
        names: ``stage 2``, or ``stage 2, split 1`` and so on, one for each map.
        stage: Number of the stage, from 1.
        module: The module whose output, or input, the tensor is.
        at_input: Whether it is the input.
        channels: Channels of each map; None for one map that has them all.
    """

    names: tuple[str, ...]
    stage: int
    module: nn.Module
    at_input: bool = False
    channels: int | None = None

    def parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, C, H, W) -> the maps (N, C / len(names), H, W)."""
        return (x,) if self.channels is None else x.split(self.channels, dim=1)


def stages_of(backbone: nn.Module) -> list[nn.Module]:
    """Return the stages of a backbone of this package, or of one built like OpenMMLab's ResNet.

    Raises:
        UserError: The backbone tells no stages.
    """
    names = getattr(backbone, 'res_layers', None)
    if names:
        return [getattr(backbone, name) for name in names]
    stages = getattr(backbone, 'stages', None)
    if stages:
        return list(stages)
    raise UserError(
        f'the backbone {type(backbone).__name__} does not tell its stages: those of this package '
        'do (`stages`), and ResNet, ResNeXt, RegNet and ResNeSt of the toolboxes (`res_layers`)'
    )


def stage_output(backbone: nn.Module, stage: int) -> FeatureMaps:
    """Return the output of a stage, numbered from 1.

    Raises:
        UserError: The stage is out of range.
    """
    modules = stages_of(backbone)
    if not 1 <= stage <= len(modules):
        raise UserError(f'stage {stage} is out of range: the backbone has 1 to {len(modules)}')
    return FeatureMaps((f'stage {stage}',), stage, modules[stage - 1])


def block_splits(backbone: nn.Module, stage: int, block: int = -1) -> FeatureMaps | None:
    """Return the outputs y_0 .. y_{s-1} of a block's hierarchical convolution.

    They are what the block's last 1x1 convolution gets, numbered from 1: in all but the first
    block of a stage split 1 has been convolved once, split s - 1 has been so s - 1 times, and
    split s is passed through.

    Args:
        backbone: This package's, or MMDetection's Res2Net.
        stage: Number of the stage, from 1.
        block: Index of the block in its stage; negative ones count from its end.

    Returns:
        None where the stage has no Res2Net block.

    Raises:
        UserError: The stage has no such block.
    """
    blocks = [module for module in stages_of(backbone)[stage - 1].modules() if has_splits(module)]
    if not blocks:
        return None
    if not -len(blocks) <= block < len(blocks):
        raise UserError(
            f'block {block} is out of range: stage {stage} has {len(blocks)} Res2Net blocks, '
            f'0 to {len(blocks) - 1} (or -1 to {-len(blocks)} from the end)'
        )
    chosen = blocks[block]
    plugins = dict(getattr(chosen, 'plugins', None) or {})  # MMDetection's is None
    return FeatureMaps(
        tuple(f'stage {stage}, split {i + 1}' for i in range(chosen.scales)),
        stage,
        # A plugin between them would get the splits before the 1x1 convolution does.
        plugins.get('after_conv2', chosen.conv3),
        at_input=True,
        channels=chosen.width,
    )


def places_of(
    backbone: nn.Module, block: int = -1, stages: Sequence[int] | None = None
) -> list[FeatureMaps]:
    """Return each stage's output, followed by the splits of a block of it if it has any.

    Args:
        backbone: As for the functions above.
        block: Index of the block in each stage.
        stages: Numbers of the stages wanted; None for all.
    """
    places = []
    for stage in stages or range(1, len(stages_of(backbone)) + 1):
        places += [stage_output(backbone, stage), block_splits(backbone, stage, block)]
    return [place for place in places if place is not None]


def has_splits(module: nn.Module) -> bool:
    """Whether a module is a Res2Net block, of this package or of MMDetection."""
    third = getattr(module, 'conv3', None)
    return getattr(module, 'scales', 1) > 1 and isinstance(third, nn.Module)


@contextmanager
def kept(places: Sequence[FeatureMaps]) -> Iterator[dict[FeatureMaps, Tensor]]:
    """Keep the tensors of these places from each run of the network while the block lasts."""
    tensors: dict[FeatureMaps, Tensor] = {}
    handles = []
    for place in places:
        if place.at_input:

            def keep_input(module, inputs, place=place):
                tensors[place] = inputs[0]

            handles.append(place.module.register_forward_pre_hook(keep_input))
        else:

            def keep_output(module, inputs, output, place=place):
                tensors[place] = output

            handles.append(place.module.register_forward_hook(keep_output))
    try:
        yield tensors
    finally:
        for handle in handles:
            handle.remove()
