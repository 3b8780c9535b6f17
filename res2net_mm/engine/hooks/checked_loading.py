"""Refuse a checkpoint that does not fit the whole model, where MMEngine would only warn."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.classifier_weights import in_names_of_model
from res2net_mm.openmmlab.internals import is_resuming, loaded_file
from res2net_mm.openmmlab.trained_model import classes_in, require_same_model, tensor_differences
from res2net_mm.registry import HOOKS


@HOOKS.register_module(force=True)  # a reload is harmless
class CheckedLoading(Hook):
    """Compare a checkpoint with the model before it is loaded.

    The backbones of this package check and convert their own part; this hook checks the rest. A
    published classifier's file is put into the names of the whole model first.

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
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        file = loaded_file(runner)
        checkpoint.update(in_names_of_model(model, checkpoint, str(file)))
        state = checkpoint.get('state_dict', checkpoint)
        if self.whole:
            loader = runner.train_dataloader if is_resuming(runner) else runner.test_dataloader
            wanted = tuple(loader.dataset.metainfo.get('classes') or ())
            found = classes_in(checkpoint)
            if found and wanted and found != wanted:
                raise UserError(f'{file} was trained on the classes {found}, the data has {wanted}')
            require_same_model(model, state, file)
        elif differences := tensor_differences(model, state):
            text = '; '.join(differences[:4]) + (' ...' if len(differences) > 4 else '')
            runner.logger.warning(
                f'load_from: {len(differences)} tensors outside the backbone start from random '
                f'values ({text})'
            )
