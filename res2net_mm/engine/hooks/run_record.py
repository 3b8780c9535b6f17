"""Write down what a run needs to be resumed and reproduced."""

import json
import time
import uuid
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.internals import is_resuming, loaded_file
from res2net_mm.version import __version__
from res2net_mm.whole_file import write_json_file

from ..runs.environment import command, revisions, variables, versions
from ..runs.same_run import RECORD, STATE, data_fingerprint, differences, run_settings

NAMED = 6  # differences that an error lists


class RunRecordHook(Hook):
    """Write ``run.json`` before the first iteration, and refuse to resume another run.

    A checkpoint carries the settings that decide the course of the run, the number of images per
    step and a fingerprint of the training data, as JSON in its ``meta``.

    Args:
        config: The config to repeat, as the text of a Python file: with the data and options of
            this run, and without what resuming changes.
    """

    priority = 'ABOVE_NORMAL'  # before an EMAHook loads its average from the checkpoint

    def __init__(self, config: str) -> None:
        self.config = config
        self.id = uuid.uuid4().hex  # a work directory may hold checkpoints of an earlier run
        self._runner: Any = None

    def before_run(self, runner: Runner) -> None:
        self._runner = runner

    @cached_property
    def _identity(self) -> dict[str, Any]:
        runner = self._runner
        return dict(
            settings=run_settings(runner.cfg),
            processes=runner.world_size,
            batch_size=getattr(runner.train_dataloader.batch_sampler, 'batch_size', 1),
            data=data_fingerprint(runner.train_dataloader.dataset),
        )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Write into the checkpoint which run it is of and where its epoch began."""
        meta, loop = checkpoint['meta'], runner.train_loop
        same_epoch = meta['epoch'] == loop.epoch
        began_at = getattr(loop, 'epoch_began_at', None) if same_epoch else meta['iter']
        state = dict(id=self.id, epoch_began_at=began_at, run=self._identity)
        meta[STATE] = json.dumps(state)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Refuse the checkpoint of another run; restore where its epoch began."""
        if not is_resuming(runner):
            return
        # Written by MMEngine before 1.0 and run as a config by it; nothing here needs it.
        checkpoint['meta'].pop('config', None)
        loop = runner.train_loop
        loop.epoch_began_at = checkpoint['meta']['iter']
        written = checkpoint['meta'].get(STATE)
        if written is None:
            runner.logger.warning(
                f'{loaded_file(runner)} does not say which run it is of: whether config and data '
                'are the same is not checked, and its epoch begins at its first batch'
            )
            return
        state = json.loads(written)
        self.id = state['id']
        if state['epoch_began_at'] is not None:
            loop.epoch_began_at = state['epoch_began_at']
        self._refuse_another_run(runner, state['run'])

    def _refuse_another_run(self, runner: Runner, before: dict[str, Any]) -> None:
        now = json.loads(json.dumps(self._identity))
        found = differences(before['settings'], now['settings'])
        images = [run['processes'] * run['batch_size'] for run in (before, now)]
        if images[0] != images[1]:
            how = [f'{run["processes"]} x {run["batch_size"]}' for run in (before, now)]
            found = [
                f'images per step (processes x train_dataloader.batch_size) were {images[0]} '
                f'({how[0]}), are {images[1]} ({how[1]})',
                *found,
            ]
        elif before['processes'] != now['processes']:
            runner.logger.info(
                f'resumed by {now["processes"]} processes in place of {before["processes"]}: the '
                'number of images per step is the same, but their random augmentation differs, and '
                'so do the images where batches are grouped by aspect ratio'
            )
        found += [f'training data: {line}' for line in differences(before['data'], now['data'])]
        if found:
            more = f' and {len(found) - NAMED} more' if len(found) > NAMED else ''
            checkpoint = loaded_file(runner)
            raise UserError(
                f'{checkpoint} is of another run than this: {"; ".join(found[:NAMED])}{more}. '
                f'{argument("resume", True)} goes on with the same run: give the options of that '
                f'run ({RECORD} beside it has them), or start a new run from its weights with '
                f'load_from={checkpoint} in {argument("cfg_options")}'
            )

    def before_train(self, runner: Runner) -> None:
        if runner.rank != 0:
            return
        path = Path(runner.work_dir, RECORD)
        start = dict(
            time=time.strftime('%Y-%m-%d %H:%M:%S %z'),
            command=command(),
            environment=variables(),
            resumed=dict(checkpoint=loaded_file(runner), iteration=runner.iter)
            if is_resuming(runner) and loaded_file(runner)
            else None,
        )
        earlier = []
        if start['resumed'] and path.is_file():
            with suppress(ValueError, KeyError):  # written by something else
                earlier = json.loads(path.read_text())['starts']
        loaders = dict(train=runner.train_dataloader)
        if runner.val_loop is not None:
            loaders['val'] = runner.val_dataloader
        record = dict(
            id=self.id,
            res2net_mm=__version__,
            seed=runner.seed,
            deterministic=runner.deterministic,
            processes=runner.world_size,
            starts=[*earlier, start],
            revisions=revisions(),
            versions=versions(),
            data={
                name: self._identity['data'] if name == 'train' else data_fingerprint(set_.dataset)
                for name, set_ in loaders.items()
            },
            config_name=Path(runner.cfg.filename or 'config.py').name,
            config=self.config,
        )
        write_json_file(record, path)
