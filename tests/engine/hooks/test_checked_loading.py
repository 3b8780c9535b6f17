"""A checkpoint of another model is refused where all of it is needed, and named where not."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from torch import nn

from res2net_mm.engine import CheckedLoading
from res2net_mm.errors import UserError


class Model(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.backbone = nn.Linear(2, 2)
        self.head = nn.Linear(2, classes)


def runner(model, *, resume=False):
    loader = SimpleNamespace(dataset=SimpleNamespace(metainfo=dict(classes=('a', 'b'))))
    return SimpleNamespace(
        model=model,
        _resume=resume,
        train_dataloader=loader,
        test_dataloader=loader,
        _load_from='run/epoch_1.pth',
        logger=Mock(),
    )


def checkpoint(classes: int, names=('a', 'b'), prefix=''):
    state = {prefix + key: tensor for key, tensor in Model(classes).state_dict().items()}
    return dict(state_dict=state, meta=dict(dataset_meta=dict(classes=names)))


@pytest.mark.parametrize('prefix', ['', 'module.'])
@pytest.mark.parametrize('whole', [True, False])
def test_what_fits_passes_in_silence(whole, prefix):
    run = runner(Model(2))
    CheckedLoading(whole=whole).after_load_checkpoint(run, checkpoint(2, prefix=prefix))
    run.logger.warning.assert_not_called()


@pytest.mark.parametrize('resume', [True, False])
def test_other_tensors_are_refused(resume):
    with pytest.raises(UserError, match=r'epoch_1\.pth.*head\.weight is \(3, 2\), not \(2, 2\)'):
        CheckedLoading(whole=True).after_load_checkpoint(
            runner(Model(2), resume=resume), checkpoint(3)
        )


@pytest.mark.parametrize('resume', [True, False])
def test_other_classes_are_refused(resume):
    with pytest.raises(UserError, match=r"trained on the classes \('x', 'y'\)"):
        CheckedLoading(whole=True).after_load_checkpoint(
            runner(Model(2), resume=resume), checkpoint(2, names=('x', 'y'))
        )


def test_to_start_from_a_checkpoint_heads_may_differ_but_are_named():
    run = runner(Model(2))
    CheckedLoading(whole=False).after_load_checkpoint(run, checkpoint(3, names=('x', 'y', 'z')))
    assert 'head.weight' in run.logger.warning.call_args.args[0]
