"""MMEngine's two training loops, made to resume in the middle of an epoch."""

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner
from torch import nn
from torch.utils.data import DataLoader

from res2net_mm.openmmlab.edit import type_name
from res2net_mm.openmmlab.internals import ranks_differ_in_seed
from res2net_mm.registry import LOOPS

from .data_loading import STEP, ignore_foreign_sigterm, seed_batches, seed_iteration

VALIDATED = 'validated_iter'  # in the message hub: the iteration of the last validation


def use_resumable_loop(cfg: Config) -> str | None:
    """Replace the config's training loop by the resumable one of its kind.

    A loop of another kind stays; what to log of it is returned.
    """
    loop = cfg.train_cfg
    by_epoch = loop.pop('by_epoch', None)
    name = type_name(loop) or ('EpochBasedTrainLoop' if by_epoch else 'IterBasedTrainLoop')
    ours = dict(EpochBasedTrainLoop='EpochLoop', IterBasedTrainLoop='IterLoop').get(name)
    if ours:
        loop.type = f'res2net_mm.{ours}'
    elif name not in ('EpochLoop', 'IterLoop'):
        return (
            f'train_cfg is a {name}: when resumed, it starts its epoch again, with other random '
            'numbers'
        )
    return None


class _Resumable:
    """What the two loops share: numbered batches, seeded steps, and a validation that is due."""

    runner: Runner
    dataloader: DataLoader[Any]
    _iter: int
    val_begin: int
    val_interval: int
    epoch_began_at: int  # the first iteration of the current epoch

    def __init__(self, runner: Runner, dataloader: Any, **settings: Any) -> None:
        if isinstance(dataloader, dict):  # before MMEngine 0.10's loop draws from it
            different = ranks_differ_in_seed(runner)
            dataloader = runner.build_dataloader(
                dataloader, seed=runner.seed, diff_rank_seed=different
            )
        ignore_foreign_sigterm(dataloader)
        self.batches = seed_batches(dataloader, seed=runner.seed, rank=runner.rank)
        super().__init__(runner, dataloader, **settings)  # type: ignore[call-arg]  # the loop's
        self.epoch_began_at = 0

    def _draw(self, *, skip: int, endless: bool) -> Iterator[Any]:
        """Yield batches, the first of them for the current iteration."""
        if self.batches is not None:
            self.batches.begin(self._iter, skip=skip, endless=endless)
        drawn = iter(self.dataloader)
        while True:
            try:
                batch = next(drawn)
            except StopIteration:
                return
            except RuntimeError:  # a data worker died
                self.runner.call_hook('after_loader_failure')
                raise
            seed_iteration(self.runner.seed, self.runner.rank, self._iter, STEP)
            yield batch

    def _validate_if_due(self, done: int, wanted: int) -> None:
        """Validate after so many epochs, or iterations, of the run, unless that was done."""
        log = self.runner.message_hub
        if not self._iter or log.get_info(VALIDATED, -1) == self._iter:
            return
        if self.runner.val_loop is None or done < self.val_begin:
            return
        if done % self.val_interval == 0 or done == wanted:
            log.update_info(VALIDATED, self._iter)  # now, as the best checkpoint is saved within
            try:
                self.runner.val_loop.run()
            except RuntimeError:
                self.runner.call_hook('after_loader_failure')
                raise


@LOOPS.register_module(force=True)  # a reload is harmless
class EpochLoop(_Resumable, EpochBasedTrainLoop):
    """EpochBasedTrainLoop that begins at any iteration of an epoch."""

    def run(self) -> nn.Module:
        """Train, after the validation that an interrupted run missed."""
        self.runner.call_hook('before_train')
        self._decide_current_val_interval()
        if self._iter == self.epoch_began_at:
            self._validate_if_due(self._epoch, self._max_epochs)
        while self._epoch < self._max_epochs and not self.stop_training:
            self.run_epoch()
            self._decide_current_val_interval()
            self._validate_if_due(self._epoch, self._max_epochs)
        self.runner.call_hook('after_train')
        return self.runner.model

    def run_epoch(self) -> None:
        """Train what is left of an epoch."""
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        done = self._iter - self.epoch_began_at
        for index, batch in enumerate(self._draw(skip=done, endless=False), done):
            self.run_iter(index, batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1
        self.epoch_began_at = self._iter


@LOOPS.register_module(force=True)  # a reload is harmless
class IterLoop(_Resumable, IterBasedTrainLoop):
    """IterBasedTrainLoop that begins at any iteration without loading the batches before it."""

    def run(self) -> nn.Module:
        """Train, after the validation that an interrupted run missed."""
        self.dataloader_iterator = None  # MMEngine's own, which would begin with the first batch
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        self._decide_current_val_interval()
        self._validate_if_due(self._iter, self._max_iters)
        batches = self._draw(skip=self._iter, endless=True)
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(batches))
            self._decide_current_val_interval()
            self._validate_if_due(self._iter, self._max_iters)
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model
