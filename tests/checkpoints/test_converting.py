import pytest
import torch

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import WRITABLE, convert_checkpoint, load_weights, read_checkpoint
from res2net_mm.errors import UserError

V1 = 'res2net_light_26w_4s'
V1B = 'res2net_light_v1b_26w_4s'
END = ['checkpoint.pth', 'checkpoint.safetensors']


def same(a, b):
    return list(a) == list(b) and all(
        torch.equal(a[name], b[name]) and a[name].dtype == b[name].dtype for name in a
    )


@pytest.mark.parametrize('end', END)
@pytest.mark.parametrize('preset', [V1, V1B])
@pytest.mark.parametrize('to', WRITABLE)
def test_there_and_back_again_bit_by_bit(weights, save, tmp_path, to, preset, end):
    state = weights(preset)
    there, back = tmp_path / f'there-{end}', tmp_path / f'back-{end}'
    report = convert_checkpoint(save(state), there, to=to)
    assert report.tensors == len(state)
    convert_checkpoint(there, back, to='official')
    assert same(read_checkpoint(back), state)


@pytest.mark.parametrize('end', END)
@pytest.mark.parametrize('to', WRITABLE)
def test_the_rule_goes_with_the_weights(weights, save, tmp_path, to, end):
    path = tmp_path / end
    convert_checkpoint(save(weights()), path, to=to, dialect='official')
    net = Res2Net(preset=V1B)
    load_weights(net, path)
    assert net.block_rule == 'official'


def test_a_publisher_who_computes_otherwise_is_pointed_out(weights, save, tmp_path):
    assert "computes 'mmdet'" in str(
        convert_checkpoint(save(weights()), tmp_path / 'a', to='mmdet')
    )
    assert 'NOTE' not in str(convert_checkpoint(save(weights()), tmp_path / 'b', to='timm'))


def test_what_is_written_opens_as_plain_tensors(weights, save, tmp_path):
    convert_checkpoint(save(weights()), tmp_path / 'a.pth', to='timm')
    assert same(torch.load(tmp_path / 'a.pth', weights_only=True), weights())


def test_names_are_the_publishers(weights, save, tmp_path):
    path = tmp_path / 'a.pth'
    convert_checkpoint(save(weights()), path, to='mmpretrain')
    names = set(read_checkpoint(path))
    assert {'backbone.stem.0.conv.weight', 'backbone.layer1.0.conv1.weight', 'head.fc.bias'} < names
    convert_checkpoint(path, tmp_path / 'b.pth', to='mmdet')
    assert {'stem.7.weight', 'layer1.0.conv1.weight', 'fc.bias'} < set(
        read_checkpoint(tmp_path / 'b.pth')
    )


def test_a_detector_stays_whole_for_mmdet_and_gives_its_backbone_to_others(weights, save, tmp_path):
    backbone = {k: v for k, v in weights().items() if not k.startswith('fc.')}
    neck = {'neck.weight': torch.rand(2)}
    detector = save(dict(state_dict={**{f'backbone.{k}': v for k, v in backbone.items()}, **neck}))
    whole, bare = tmp_path / 'whole.pth', tmp_path / 'bare.pth'
    report = convert_checkpoint(detector, whole, to='mmdet')
    assert not report.left_out
    assert {'backbone.stem.0.weight', 'neck.weight'} < set(read_checkpoint(whole))
    report = convert_checkpoint(whole, bare, to='official')
    assert report.left_out == ('neck.weight',)
    assert 'neck.weight' in str(report)
    assert same(read_checkpoint(bare), backbone)


def test_timm_is_spared_the_idle_projections_of_dla(save, tmp_path):
    import fill

    layouts = [
        fill.reference(n)['layout'] for n in ('official.res2net_dla60', 'timm.dla60_res2net')
    ]
    convert_checkpoint(save(fill.fill(layouts[0])), tmp_path / 'a.pth', to='timm')
    assert read_checkpoint(tmp_path / 'a.pth').keys() == layouts[1].keys()


@pytest.mark.parametrize('to', ['mmdet', 'mmpretrain'])
def test_who_has_no_dla_is_written_none(save, tmp_path, to):
    state = {'level2.tree1.convs.0.weight': torch.rand(1)}
    with pytest.raises(UserError, match=f'{to} has no DLA'):
        convert_checkpoint(save(state), tmp_path / 'a.pth', to=to)


@pytest.mark.parametrize('to', ['paddle', 'caffe2'])
def test_what_cannot_be_written(weights, save, tmp_path, to):
    with pytest.raises(UserError, match=to):
        convert_checkpoint(save(weights()), tmp_path / 'a.pth', to=to)


def test_nothing_half_written(weights, save, tmp_path, monkeypatch):
    target = tmp_path / 'out' / 'a.pth'
    with pytest.raises(UserError, match=r'folder .* does not exist'):
        convert_checkpoint(save(weights()), target, to='timm')
    target.parent.mkdir()

    def full_disk(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(torch, 'save', full_disk)
    with pytest.raises(UserError, match='No space left'):
        convert_checkpoint(tmp_path / 'checkpoint.pth', target, to='timm')
    assert not list(target.parent.iterdir())
