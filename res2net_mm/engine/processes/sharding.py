"""Train with the model split over the processes (FSDP)."""

from collections.abc import Iterator
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import all_reduce, broadcast
from mmengine.hooks import Hook
from mmengine.model import BaseModel, convert_sync_batchnorm
from mmengine.runner import Runner
from torch import Tensor, nn

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.edit import type_name
from res2net_mm.openmmlab.internals import is_resuming

from ..screen import QuietRunner
from .sync_norm import use_cpu_sync_norms


def check_sharding(cfg: Config, *, amp: bool) -> None:
    """Raise UserError, with the reason, if a run cannot be split over its processes."""
    fsdp = argument('fsdp', True)
    if cfg.launcher == 'none':
        raise UserError(f'{fsdp} splits a model over processes: start several with torchrun')
    if amp:
        raise UserError(
            f'{fsdp} and {argument("amp", True)} do not go together: leave one of them out'
        )
    if any(type_name(hook) == 'EMAHook' for hook in cfg.get('custom_hooks') or ()):
        raise UserError(f'{fsdp} and EMAHook do not go together: the hook copies the whole model')
    try:
        from torch.distributed.fsdp import fully_shard  # noqa: F401
    except ImportError:
        raise UserError(f'{fsdp} needs PyTorch 2.6 or later, this is {torch.__version__}') from None


class ShardedRunner(QuietRunner):
    """MMEngine's runner with parameters, gradients and optimizer state split over the processes.

    It uses PyTorch's ``fully_shard`` (FSDP2): each process keeps its part of every parameter and
    gathers the parameters of a block while it is computed. MMEngine's own FSDPStrategy wraps the
    model with FSDP1, which PyTorch refuses on CPUs, and belongs to another runner. Checkpoints hold
    whole tensors and can be resumed without FSDP and by any number of processes.
    """

    def wrap_model(self, model_wrapper_cfg: Any, model: BaseModel) -> nn.Module:
        """Initialise the model, with the same weights in all processes, and split it."""
        device = get_device()
        model = model.to(device)
        if self.cfg.get('sync_bn'):
            model = convert_sync_batchnorm(model, self.cfg.sync_bn)
        if device == 'cpu':
            model = use_cpu_sync_norms(model)
        model.init_weights()
        for tensor in model.state_dict().values():
            broadcast(tensor)
        shard(model)
        return model

    def _init_model_weights(self) -> None:
        """Do nothing: ``wrap_model`` has initialised the weights before it split them."""

    def register_hooks(self, *hooks: Any, **named: Any) -> None:
        super().register_hooks(*hooks, **named)
        self._whole_state = WholeStateHook()
        for hook in (self._whole_state, SplitStateHook()):
            self.register_hook(hook)

    def save_checkpoint(self, *where: Any, **settings: Any) -> None:
        """Gather the state in all processes and save it in the first."""
        state = dict(state_dict=self.model.state_dict(), optimizer=self.optim_wrapper.state_dict())
        self._whole_state.state = _whole(state)
        super().save_checkpoint(*where, **settings)
        self._whole_state.state = {}


def shard(model: nn.Module) -> None:
    """Split a model over the processes in place, each block of its backbone by itself."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    device = 'cpu' if get_device() == 'cpu' else 'cuda'
    mesh = init_device_mesh(device, (torch.distributed.get_world_size(),))
    scalars = {parameter for parameter in model.parameters() if parameter.dim() == 0}
    for scalar in scalars:  # cannot be split: kept whole by each process, as without FSDP
        scalar.register_post_accumulate_grad_hook(_average_gradient)
    for block in blocks_of(model.get_submodule('backbone')):
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh, ignored_params=scalars)


def _average_gradient(parameter: Tensor) -> None:
    all_reduce(parameter.grad, op='mean')


def blocks_of(backbone: nn.Module) -> Iterator[nn.Module]:
    """Yield the blocks of the stages of a backbone."""
    for stage in backbone.children():
        if isinstance(stage, nn.Sequential):
            yield from (block for block in stage if next(block.children(), None) is not None)


class WholeStateHook(Hook):
    """Replace the parts of tensors in a checkpoint by whole ones, before other hooks read it."""

    priority = 'HIGHEST'

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Replace them; MMEngine saves, and calls this, in the first process only."""
        checkpoint.update((key, self.state[key]) for key in self.state.keys() & checkpoint.keys())


class SplitStateHook(Hook):
    """Split the tensors of a checkpoint that is to be loaded, after other hooks have read it."""

    priority = 'LOWEST'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        own, loaded = runner.model.state_dict(), checkpoint['state_dict']
        for name in loaded:  # in the same order everywhere, since processes split it together
            if name in own:
                loaded[name] = _split_like(own[name], loaded[name])
        if is_resuming(runner):
            groups = runner.optim_wrapper.optimizer.param_groups
            parameters = [parameter for group in groups for parameter in group['params']]
            for index, state in checkpoint['optimizer']['state'].items():
                for name, value in state.items():
                    state[name] = _split_like(parameters[index], value)


def _whole(state: Any) -> Any:
    if isinstance(state, dict):
        return type(state)((key, _whole(value)) for key, value in state.items())
    if isinstance(state, list):
        return [_whole(value) for value in state]
    return state.full_tensor().cpu() if hasattr(state, 'full_tensor') else state


def _split_like(own: Any, value: Any) -> Any:
    if not hasattr(own, 'full_tensor') or not torch.is_tensor(value) or value.shape != own.shape:
        return value
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(value.to(own.device), own.device_mesh, own.placements)
