"""Conversion keeps every tensor and name, whatever the network; anything else is refused."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import WRITABLE, convert_checkpoint, load_weights, read_checkpoint
from res2net_mm.checkpoints.backbone_tensors import backbone_tensors
from res2net_mm.checkpoints.dialects import DIALECTS
from res2net_mm.errors import UserError


@st.composite
def networks(draw):
    """Arguments of a small backbone."""
    return dict(
        stage_blocks=tuple(draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))),
        scales=draw(st.integers(2, 5)),
        base_channels=16,
        base_width=draw(st.sampled_from([8, 16])),
        groups=draw(st.integers(1, 2)),
        stem=draw(st.sampled_from(['7x7', 'deep'])),
        avg_down=draw(st.booleans()),
        se=draw(st.sampled_from([None, 4])),
        block_rule=draw(st.sampled_from(['official', 'mmdet'])),
    )


def random_state(arguments: dict) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state = Res2Net(**arguments).state_dict()
    for name, tensor in state.items():
        state[name] = torch.rand(tensor.shape) if tensor.is_floating_point() else tensor
    return state


@given(networks(), st.sampled_from(WRITABLE), st.sampled_from(['.pth', '.safetensors']))
def test_there_and_back_is_the_same(tmp_path_factory, arguments, dialect, suffix):
    folder = tmp_path_factory.mktemp('converted')
    state = random_state(arguments)
    torch.save(state, folder / 'ours.pth')
    convert_checkpoint(folder / 'ours.pth', folder / f'theirs{suffix}', to=dialect)
    convert_checkpoint(folder / f'theirs{suffix}', folder / 'back.pth', to='official')
    back = read_checkpoint(folder / 'back.pth')
    assert list(back) == list(state)
    assert all(torch.equal(back[name], state[name]) for name in state)
    assert backbone_tensors(back).block_rule == arguments['block_rule']


@given(networks(), st.sampled_from([name for name in DIALECTS if DIALECTS[name].writable]))
def test_names_of_a_dialect_are_told_apart_and_back(arguments, dialect):
    state = random_state(arguments)
    renamed = DIALECTS[dialect].from_official(state)
    assert len(renamed) == len(state)
    assert list(DIALECTS[dialect].to_official(renamed)) == list(state)


@given(networks(), st.data())
def test_a_tensor_that_lacks_is_named(tmp_path_factory, arguments, data):
    state = random_state(arguments)
    needed = [name for name in state if not name.endswith('num_batches_tracked')]
    lost = data.draw(st.sampled_from(needed))
    del state[lost]
    path = tmp_path_factory.mktemp('lacking') / 'weights.pth'
    torch.save(state, path)
    with pytest.raises(UserError, match=rf'weights\.pth.*missing: {lost}|holds'):
        load_weights(Res2Net(**arguments), path)


@given(networks(), st.text('abcxyz._', min_size=1, max_size=12))
def test_a_tensor_too_many_is_named(tmp_path_factory, arguments, name):
    state = random_state(arguments)
    state[f'more{name}'] = torch.ones(2)
    path = tmp_path_factory.mktemp('more') / 'weights.pth'
    torch.save(state, path)
    with pytest.raises(UserError, match=rf'unexpected: more{name}'.replace('.', r'\.')):
        load_weights(Res2Net(**arguments), path)


@given(networks(), st.data())
def test_a_tensor_of_another_shape_is_named_and_nothing_is_loaded(
    tmp_path_factory, arguments, data
):
    state = random_state(arguments)
    changed = data.draw(st.sampled_from([name for name in state if state[name].ndim]))
    size = data.draw(st.lists(st.integers(0, 3), max_size=5))
    if torch.Size(size) == state[changed].shape:
        return
    state[changed] = torch.zeros(size)
    path = tmp_path_factory.mktemp('misshapen') / 'weights.pth'
    torch.save(state, path)
    net = Res2Net(**arguments)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    with pytest.raises(UserError, match=r'does not fit the backbone'):
        load_weights(net, path)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
