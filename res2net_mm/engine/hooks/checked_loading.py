"""Refuse a checkpoint that does not fit the whole model, where MMEngine would only warn."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.internals import is_resuming, loaded_file
from res2net_mm.openmmlab.trained_model import tensor_differences
from res2net_mm.registry import HOOKS


@HOOKS.register_module(force=True)  # a reload is harmless
class CheckedLoading(Hook):
    """Compare a checkpoint with the model before it is loaded.

    The backbones of this package check and convert their own part; this hook checks the rest.

    Args:
        whole: Whether every tensor must be there in its shape, and the classes must be the data's,
            as to test or to resume. Otherwise tensors may differ, as heads of other classes do in
            training that starts from a checkpoint (``load_from``), but they are named.

    Raises:
        UserError: Classes or tensors differ from the model's, and all of them are needed.
    """

    priority = 'ABOVE_NORMAL'  # before an EMAHook loads its average, which would raise otherwise

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Check the checkpoint's ``state_dict``; MMEngine calls this before it copies it."""
        if self.whole:
            self._check_classes(runner, checkpoint)
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        differences = tensor_differences(model, checkpoint.get('state_dict', checkpoint))
        if not differences:
            return
        text = '; '.join(differences[:4]) + (' ...' if len(differences) > 4 else '')
        if self.whole:
            raise UserError(
                f'{loaded_file(runner)} is of another model than the config: {len(differences)} '
                f'tensors differ ({text}); use the config it was trained with'
            )
        runner.logger.warning(
            f'load_from: {len(differences)} tensors outside the backbone start from random values '
            f'({text})'
        )

    @staticmethod
    def _check_classes(runner: Runner, checkpoint: dict[str, Any]) -> None:
        loader = runner.train_dataloader if is_resuming(runner) else runner.test_dataloader
        trained = checkpoint.get('meta', {}).get('dataset_meta') or {}
        wanted = tuple(loader.dataset.metainfo.get('classes') or ())
        found = tuple(trained.get('classes') or trained.get('CLASSES') or ())
        if found and wanted and found != wanted:
            raise UserError(
                f'{loaded_file(runner)} was trained on the classes {found}, the data has {wanted}'
            )
