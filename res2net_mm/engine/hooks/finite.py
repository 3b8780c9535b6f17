"""Stop a run whose loss or weights are NaN or infinite before it spends hours on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner

from res2net_mm.errors import UserError
from res2net_mm.registry import HOOKS

from ..resume import latest_whole_checkpoint

# Mixed precision halves its loss scale and skips the step when a gradient is not finite. Starting
# from the first scale, 2^16, that many skipped steps in a row mean that no scale helps.
AMP_PATIENCE = 20


@HOOKS.register_module(force=True)  # a reload is harmless
class FiniteHook(Hook):
    """End the run on NaN or infinity, naming the batch's images and the last good checkpoint.

    The loss is checked after every iteration, the weights before each checkpoint, so that no
    checkpoint that holds NaN is saved or called good.

    Raises:
        UserError: A loss, a parameter or a statistic is NaN or, unless a buffer, infinite.
    """

    priority = 'VERY_HIGH'  # before the loss or weights reach an average or a checkpoint

    def __init__(self) -> None:
        self._in_a_row = 0

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Check the losses that the model returned."""
        bad = {
            name: float(torch.as_tensor(value).detach())
            for name, value in (outputs or {}).items()
            if 'loss' in name and _is_bad(value)  # what MMEngine sums; an accuracy may be NaN
        }
        self._in_a_row = self._in_a_row + 1 if bad else 0
        patience = AMP_PATIENCE if isinstance(runner.optim_wrapper, AmpOptimWrapper) else 1
        if self._in_a_row < patience:
            return
        losses = ', '.join(f'{name} = {value}' for name, value in bad.items())
        raise UserError(
            f'training has diverged at epoch {runner.epoch + 1}, iteration {runner.iter + 1} '
            f'(learning rate {learning_rate(runner)}): {losses}; images of the batch: '
            f'{_images(data_batch)}. {_last_good(runner)}. Look at the boxes or labels of these '
            'images, or lower the learning rate, or lengthen the warm-up'
        )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Check the weights that are to be saved."""
        parameters = {name.removeprefix('module.') for name, _ in runner.model.named_parameters()}
        for name, tensor in checkpoint['state_dict'].items():
            if not torch.is_tensor(tensor) or not tensor.is_floating_point():
                continue
            # A buffer may hold infinity on purpose, as masks do.
            bad = ~tensor.isfinite() if name in parameters else tensor.isnan()
            if bad.any():
                raise UserError(
                    f'training has diverged after {checkpoint["meta"]["iter"]} iterations: '
                    f'{int(bad.sum())} of {bad.numel()} values of {name} are NaN or infinite, and '
                    f'no checkpoint is saved. {_last_good(runner)}'
                )


def learning_rate(runner: Runner) -> str:
    """Return the learning rate, of each optimizer where there are several."""
    rates = {name: rate[0] for name, rate in runner.optim_wrapper.get_lr().items() if rate}
    rates = {name: rate for name, rate in rates.items() if not name.endswith('base_lr')} or rates
    return ', '.join(f'{rate:.6g}' for rate in rates.values())


def _is_bad(value: Any) -> bool:
    if isinstance(value, float):
        value = torch.tensor(value)
    return torch.is_tensor(value) and not bool(value.isfinite().all())


def _images(batch: Any) -> str:
    samples = batch.get('data_samples') if isinstance(batch, Mapping) else None
    samples = samples if isinstance(samples, Sequence) else []
    paths = [getattr(sample, 'img_path', None) for sample in samples]
    return ', '.join(str(path) for path in paths if path) or 'not named in the batch'


def _last_good(runner: Runner) -> str:
    found = latest_whole_checkpoint(runner.work_dir)
    if found is None:
        return 'No checkpoint was saved before'
    return f'The last good checkpoint is {found.path} ({found.meta["iter"]} iterations done)'
