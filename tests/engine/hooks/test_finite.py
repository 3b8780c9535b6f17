"""A run that has diverged stops, says on which images, and calls no bad checkpoint good."""

import pytest
import torch
from tiny_run import BATCHES

from res2net_mm.errors import UserError


def test_nan_loss_names_images_and_the_last_good_checkpoint(tiny, tmp_path):
    with pytest.raises(UserError) as error:
        tiny(bad_at=BATCHES + 3)
    message = str(error.value)
    assert 'diverged at epoch 2, iteration 9' in message
    assert 'loss = nan' in message
    assert message.count('.jpg') == 4
    assert f'last good checkpoint is {tmp_path / "run" / "epoch_1.pth"} (6 iterations' in message


def test_nan_weights_are_not_saved(tiny, tmp_path):
    """As after an infinite gradient: the loss of that iteration was a number still."""
    with pytest.raises(UserError, match=r'head\.bias are NaN.*last good checkpoint is .*epoch_1'):
        tiny(bad_weights_after=2 * BATCHES)
    assert not (tmp_path / 'run' / 'epoch_2.pth').exists()
    saved = torch.load(tmp_path / 'run' / 'epoch_1.pth', weights_only=False)  # our own file
    assert saved['state_dict']['head.bias'].isfinite().all()


def test_nothing_saved_yet(tiny):
    with pytest.raises(UserError, match='No checkpoint was saved before'):
        tiny(bad_at=1)
