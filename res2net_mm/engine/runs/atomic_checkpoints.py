"""Write files and checkpoints so that a killed run leaves the old ones or the new ones, whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.fileio import BaseStorageBackend, LocalBackend, register_backend
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from res2net_mm.openmmlab.edit import type_name
from res2net_mm.registry import HOOKS
from res2net_mm.whole_file import whole_file

LAST_CHECKPOINT = 'last_checkpoint'  # MMEngine's own name; other tools read it
STOPPED = 'stopped.pth'  # saved on SIGTERM; removed after the next checkpoint


class WholeFileBackend(LocalBackend):
    """MMEngine's local files, each written whole or not at all."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        Path(filepath).parent.mkdir(parents=True, exist_ok=True)
        with whole_file(filepath) as partial:
            partial.write_bytes(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        self.put(obj.encode(encoding), filepath)


def make_mmengine_write_whole_files() -> None:
    """Have MMEngine write every local file whole, whichever hook saves it."""
    register_backend('local', WholeFileBackend, prefixes='', force=True)


def use_whole_checkpoints(cfg: Config) -> None:
    """Replace every CheckpointHook of a config by :class:`WholeCheckpointHook`."""
    hooks = [*(cfg.get('default_hooks') or {}).values(), *(cfg.get('custom_hooks') or ())]
    for hook in hooks:
        if isinstance(hook, dict) and type_name(hook) == 'CheckpointHook':
            hook['type'] = 'res2net_mm.WholeCheckpointHook'


@HOOKS.register_module(force=True)  # a reload is harmless
class WholeCheckpointHook(CheckpointHook):
    """MMEngine's CheckpointHook, with the old checkpoint removed only once the new one is whole.

    MMEngine removes first and writes then, so that a run killed in between has lost both. The
    order here: the new checkpoint, its name in ``last_checkpoint``, then the removals.
    """

    file_backend: Any
    saved_at: int | None = None  # iterations done in the last checkpoint

    def before_train(self, runner: Runner) -> None:
        super().before_train(runner)
        self.file_backend = _LateRemoval(self.file_backend)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict[str, Any]) -> None:
        outdated = []
        if self.max_keep_ckpts > 0 and step not in self.keep_ckpt_ids:
            if len(self.keep_ckpt_ids) == self.max_keep_ckpts:
                outdated.append(self.filename_tmpl.format(self.keep_ckpt_ids.popleft()))
            self.keep_ckpt_ids.append(step)
            runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        self.saved_at = meta['iter']
        if is_main_process():
            name_last_checkpoint(runner.work_dir, self.last_ckpt)
            Path(runner.work_dir, STOPPED).unlink(missing_ok=True)
            for old in outdated:
                self.file_backend.remove(self.file_backend.join_path(self.out_dir, old))
            self._remove_outdated()

    def _save_best_checkpoint(self, runner: Runner, metrics: dict[str, Any]) -> None:
        super()._save_best_checkpoint(runner, metrics)
        self._remove_outdated()

    def _remove_outdated(self) -> None:
        best = [getattr(self, 'best_ckpt_path', None)]
        best += getattr(self, 'best_ckpt_path_dict', {}).values()
        self.file_backend.remove_now(keep=[self.last_ckpt, *best])


def name_last_checkpoint(work_dir: str, path: str) -> None:
    """Write the path of the checkpoint to resume from into ``last_checkpoint``."""
    with whole_file(Path(work_dir, LAST_CHECKPOINT)) as partial:
        partial.write_text(path)


class _LateRemoval:
    """A file backend that removes files only when ``remove_now`` is called."""

    def __init__(self, backend: BaseStorageBackend) -> None:
        self._backend = backend
        self._outdated: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def remove(self, path: str) -> None:
        self._outdated.append(path)

    rmtree = remove

    def remove_now(self, keep: Sequence[str | None]) -> None:
        """Remove every outdated path except those in ``keep``, which were written again."""
        for path in self._outdated:
            if path in keep:
                continue
            if self._backend.isfile(path):
                self._backend.remove(path)
            elif self._backend.isdir(path):
                self._backend.rmtree(path)
        self._outdated.clear()
