"""The base class of the backbones: block rule, freezing, memory and published weights."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from mmengine.logging import print_log
from mmengine.model import BaseModule
from mmengine.model.weight_init import PretrainedInit
from torch import Tensor, nn

from res2net_mm.acceleration import MEMORY_MODES, accelerate, recompute, set_memory, to_layout_of
from res2net_mm.checkpoints import LoadReport, accept_dialects, load_weights
from res2net_mm.errors import UserError
from res2net_mm.layers import Bottle2neck, hold_norm_statistics, init_undeformed
from res2net_mm.presets import find
from res2net_mm.registry import MODELS

from .block_factory import BlockFactory
from .checked_arguments import check_whole, check_wholes
from .described import DescribedFeatures

DEFAULT_INIT = (
    dict(type='Kaiming', layer='Conv2d'),
    dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
)


class Res2NetBackbone(DescribedFeatures, BaseModule):
    """A backbone made of :class:`Bottle2neck` blocks.

    A subclass builds its layers with :attr:`factory`, defines :meth:`stem`, :meth:`stem_modules`
    and :attr:`stages`, and calls :meth:`describe` and :meth:`finish` at the end of its constructor.
    Arguments that are not listed are those of :class:`Res2Net`.

    Args:
        network: The numbers of the network, as :func:`fill_from_preset` returns them.
        expansion: A block's output channels per channel of its stage's base width.
        **blocks: Further arguments of :class:`BlockFactory`.

    Attributes:
        preset: The preset's name as given, or None.
        block_rule: The rule of the first block of each stage.
        block_rule_given: Whether the user named it; loading a checkpoint then keeps it.
        load_report: Report of the checkpoint loaded last, or None.
        keeps_layout: Whether features get the images' memory layout (acceleration/layout.py).
    """

    maxpool: nn.Module  # between stem and stages
    init_cfg: Any  # of MMEngine's BaseModule

    def __init__(
        self,
        network: dict[str, Any],
        *,
        expansion: int,
        preset: str | None,
        block_rule_given: bool,
        num_stages: int,
        out_indices: Sequence[int] | None = None,
        frozen_stages: int = -1,
        norm_eval: bool = False,
        memory: str = 'default',
        zero_init_residual: bool = False,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
        **blocks: Any,
    ) -> None:
        super().__init__(init_cfg or [dict(cfg) for cfg in DEFAULT_INIT])
        check_wholes(out_indices=out_indices, least=0)
        check_whole(frozen_stages=frozen_stages, least=-1)
        self.out_indices = tuple(range(num_stages) if out_indices is None else out_indices)
        if not self.out_indices or not set(self.out_indices) <= set(range(num_stages)):
            raise UserError(
                f'out_indices={self.out_indices} must name stages from 0 to {num_stages - 1}'
            )
        if not -1 <= frozen_stages <= num_stages:
            raise UserError(f'frozen_stages={frozen_stages} must lie between -1 and {num_stages}')
        if memory not in MEMORY_MODES:
            raise UserError(f'memory={memory!r} is unknown; allowed: {", ".join(MEMORY_MODES)}')
        self.preset, self.memory, self.keeps_layout = preset, memory, True
        self.block_rule: str = network['block_rule']
        self.block_rule_given = block_rule_given
        self.frozen_stages, self.norm_eval = frozen_stages, norm_eval
        self.zero_init_residual = zero_init_residual
        self.load_report: LoadReport | None = None
        self.factory = BlockFactory(network, expansion, num_stages, **blocks)

    def finish(self) -> None:
        """Accelerate and freeze the layers, and accept checkpoints of every dialect."""
        accelerate(self)
        set_memory(self.stages, MEMORY_MODES[self.memory], frozen_stages=self.frozen_stages)
        freeze(self.frozen_modules())
        accept_dialects(self)

    @property
    def stages(self) -> Sequence[nn.Module]:
        """The stages from input to output."""
        raise NotImplementedError

    def stem_modules(self) -> list[nn.Module]:
        """Return the modules before the first stage that hold parameters."""
        raise NotImplementedError

    def stem(self, x: Tensor) -> Tensor:
        """Run the stem, (N, in_channels, H, W) -> the input of :attr:`maxpool`.

        A method of its own under OpenMMLab's name, since ICNet calls the parts of its backbone one
        by one.
        """
        raise NotImplementedError

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the features of the stages in ``out_indices``.

        Args:
            x: Images (N, in_channels, H, W), normalised as the weights were trained.

        Returns:
            Feature maps (N, out_channels[i], H / s, W / s); s = 4, 8, 16, 32 by default.
        """
        images, features = x, []
        memory = MEMORY_MODES[self.memory].stem
        x = recompute(self.stem_modules(), lambda x: self.maxpool(self.stem(x)), x, memory=memory)
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i in self.out_indices:
                features.append(to_layout_of(images, x) if self.keeps_layout else x)
        return tuple(features)

    def frozen_modules(self) -> list[nn.Module]:
        """Return the stem and the first ``frozen_stages`` stages, or nothing at -1."""
        if self.frozen_stages < 0:
            return []
        return [*self.stem_modules(), *self.stages[: self.frozen_stages]]

    def set_block_rule(self, block_rule: str) -> None:
        """Switch to the rule ``block_rule``; the weights stay."""
        for block in self.blocks():
            block.set_block_rule(block_rule)
        self.block_rule = block_rule

    def blocks(self) -> Iterable[Bottle2neck]:
        """Return the bottleneck blocks from input to output."""
        return (module for module in self.modules() if isinstance(module, Bottle2neck))

    def train(self, mode: bool = True) -> 'Res2NetBackbone':
        """Switch to training, except what is frozen, and return self."""
        super().train(mode)
        if mode:
            freeze(self.frozen_modules())
            if self.norm_eval:
                hold_norm_statistics(self)
        return self

    def init_weights(self) -> None:
        """Initialise by ``init_cfg``; a pretrained checkpoint loads completely or raises.

        MMEngine's own ``Pretrained`` only warns when nothing fits, so it is not used.

        Raises:
            UserError: The checkpoint cannot be found, read or fitted.
        """
        if self.is_init:
            return
        cfgs = self.init_cfg if isinstance(self.init_cfg, list) else [self.init_cfg]
        pretrained = [cfg for cfg in cfgs if cfg['type'] in ('Pretrained', PretrainedInit)]
        whole_init_cfg = self.init_cfg
        self.init_cfg = [cfg for cfg in cfgs if cfg not in pretrained]
        super().init_weights()
        self.init_cfg = whole_init_cfg
        for module in self.modules():
            init_undeformed(module)
            if self.zero_init_residual and isinstance(module, Bottle2neck):
                nn.init.zeros_(cast(nn.BatchNorm2d, module.bn3).weight)
        for cfg in pretrained:
            keys = ('dialect', 'prefix', 'weights', 'partial')
            options = {key: cfg[key] for key in keys if key in cfg}
            print_log(str(load_weights(self, cfg['checkpoint'], **options)), logger='current')


def freeze(modules: Iterable[nn.Module]) -> None:
    """Stop the parameters from training and the norms from updating their statistics."""
    for module in modules:
        module.eval()
        module.requires_grad_(False)


def build(name: str, **overrides: Any) -> Res2NetBackbone:
    """Build the backbone of a preset.

    Args:
        name: Name or alias of a preset (``res2net_mm.list_presets()``).
        **overrides: Arguments of the backbone that win over the preset's.

    Returns:
        The backbone, not yet initialised: call ``init_weights()`` or
        ``res2net_mm.load_weights(backbone, 'res2net://<preset>')``.

    Raises:
        UserError: The preset is unknown or an argument does not fit.
    """
    return MODELS.get(find(name).backbone)(name, **overrides)
