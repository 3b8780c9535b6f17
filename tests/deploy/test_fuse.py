"""A fused network computes what the network computes, and holds no norm any more."""

import copy
import pickle

import pytest
import torch
from mmcv.cnn import ConvModule
from spread_norms import spread_norms
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.deploy.norms import ScaleAndShift
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, find


def randomised(model: nn.Module) -> nn.Module:
    """Give every norm weights and statistics that cannot be left out unnoticed."""
    torch.manual_seed(0)
    spread_norms(model)
    return model.eval()


def small(preset: str, **more) -> nn.Module:
    """The preset with its own widths and rule, cut after its second stage."""
    row = find(preset)
    if row.backbone != 'Res2Net':
        return randomised(res2net_mm.build(preset, **more))
    arguments = {k: v for k, v in row.arguments.items() if k not in ('depth', 'stage_blocks')}
    arguments.update(stage_blocks=(2, 2), block_rule=row.block_rule)
    return randomised(res2net_mm.Res2Net(**{**arguments, **more}))


def outputs(model: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    with torch.no_grad():
        found = model(x)
    return list(found) if isinstance(found, tuple | list) else [found]


def assert_equal_outputs(model: nn.Module, fused: nn.Module, x: torch.Tensor) -> None:
    for a, b in zip(outputs(model, x), outputs(fused, x), strict=True):
        assert a.shape == b.shape
        assert (a - b).abs().max() <= 1e-5 * a.abs().max()
        assert a.abs().max() > 0


@pytest.mark.parametrize('preset', PRESETS)
@pytest.mark.parametrize('pad_to', [None, 8])
def test_every_preset_fused_is_equal_and_has_no_norms(preset, pad_to):
    model = small(preset)
    fused = res2net_mm.fuse(model, pad_to=pad_to)
    assert count_norms(model)['BatchNorm2d'] > 10
    assert count_norms(fused) == {}
    assert_equal_outputs(model, fused, torch.randn(2, 3, 45, 64))
    assert not any(isinstance(m, ScaleAndShift) for m in fused.modules())


@pytest.mark.parametrize(
    'arguments',
    [
        dict(norm_cfg=dict(type='SyncBN')),
        dict(style='caffe'),
        dict(dcn=dict(type='DCN', deform_groups=1), stage_with_dcn=(False, True)),
        dict(dcn=dict(type='DCNv2', deform_groups=1), stage_with_dcn=(False, True)),
        dict(se=4),
        dict(with_cp=True),
        dict(frozen_stages=1, norm_eval=True),
        dict(
            plugins=[dict(cfg=dict(type='ContextBlock', ratio=1 / 16), position='after_conv3')],
        ),
    ],
    ids=lambda arguments: '-'.join(arguments),
)
def test_every_argument_survives(arguments):
    torch.manual_seed(0)
    model = small('res2net50_26w_4s', **arguments)
    for module in model.modules():
        if hasattr(module, 'conv_offset'):
            nn.init.normal_(module.conv_offset.weight, std=0.01)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused).keys() <= {'LayerNorm'}  # the context block's own
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


def test_group_norms_stay():
    model = small('res2net50_26w_4s', norm_cfg=dict(type='GN', num_groups=32))
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == count_norms(model)
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


def test_operators_of_mmcv_get_the_layout_they_read():
    from mmcv.ops import RoIAlign

    class Regions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.align = nn.Conv2d(3, 8, 3), RoIAlign(7)

        def forward(self, x):
            return self.align(self.conv(x), torch.tensor([[0.0, 1, 1, 15, 12]]))

    model = randomised(Regions())
    x = torch.randn(1, 3, 20, 20).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        expected = model.align(model.conv(x).contiguous(), torch.tensor([[0.0, 1, 1, 15, 12]]))
        torch.testing.assert_close(res2net_mm.fuse(model)(x), expected)


class Frozen(nn.Module):
    """As FrozenBatchNorm2d elsewhere: buffers in place of parameters."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.eps = 1e-5
        for name in ('weight', 'bias', 'running_mean', 'running_var'):
            self.register_buffer(name, torch.rand(channels) + 0.5)

    def forward(self, x):
        return nn.functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )


Frozen.__name__ = 'FrozenBatchNorm2d'


class Awkward(nn.Module):
    """Norms that cannot go into a convolution: before it, after a read output, called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.read, self.twice = (nn.BatchNorm2d(4) for _ in range(3))
        self.conv1, self.conv2, self.conv3 = (nn.Conv2d(4, 4, 3, padding=1) for _ in range(3))

    def forward(self, x):
        x = self.conv1(self.before(x))
        y = self.conv2(x)
        y = self.read(y) + y
        return self.twice(self.conv3(self.twice(self.conv3(y))))


@pytest.mark.parametrize(
    ('model', 'shape', 'left'),
    [
        (nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), Frozen(6)), (2, 4, 7, 7), 0),
        (
            nn.Sequential(nn.Conv2d(4, 6, 3, groups=2), nn.BatchNorm2d(6), nn.ReLU()),
            (2, 4, 7, 7),
            0,
        ),
        (
            nn.Sequential(nn.ConvTranspose2d(4, 6, 3, groups=2, stride=2), nn.BatchNorm2d(6)),
            (2, 4, 7, 7),
            0,
        ),
        (nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6)), (5, 4), 0),
        (nn.Sequential(nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6)), (2, 4, 9), 0),
        (ConvModule(4, 6, 3, norm_cfg=dict(type='BN')), (2, 4, 7, 7), 0),
        (
            ConvModule(4, 6, 3, norm_cfg=dict(type='BN'), order=('norm', 'act', 'conv')),
            (2, 4, 7, 7),
            1,
        ),
        (
            ConvModule(4, 6, 3, norm_cfg=dict(type='BN'), conv_cfg=dict(type='ConvWS')),
            (2, 4, 7, 7),
            1,
        ),
        (
            ConvModule(4, 6, 3, padding=1, padding_mode='reflect', norm_cfg=dict(type='BN')),
            (2, 4, 7, 7),
            0,
        ),
        (nn.BatchNorm2d(4), (2, 4, 7, 7), 1),
        (Awkward(), (2, 4, 7, 7), 3),
    ],
)
def test_layers(model, shape, left):
    """Whatever the norm follows; ``left`` could not be folded and became a scale and a shift."""
    model = randomised(model)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {}
    assert len([m for m in fused.modules() if isinstance(m, ScaleAndShift)]) == left
    assert_equal_outputs(model, fused, torch.randn(shape))


def test_convolutions_shared_between_norms():
    """As in RetinaSepBN: one convolution at every level, a norm for each."""
    levels = nn.ModuleList(ConvModule(4, 4, 1, norm_cfg=dict(type='BN')) for _ in range(2))
    levels[1].conv = levels[0].conv
    randomised(levels)
    fused = res2net_mm.fuse(levels)
    for level, new in zip(levels, fused, strict=True):
        assert_equal_outputs(level, new, torch.randn(1, 4, 5, 5))


def test_norms_of_the_batch_stay():
    model = randomised(nn.Sequential(nn.Conv2d(4, 6, 3))).append(
        nn.BatchNorm2d(6, track_running_stats=False).eval()
    )
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {'BatchNorm2d': 1}
    assert_equal_outputs(model, fused, torch.randn(2, 4, 7, 7))


@pytest.mark.parametrize('kind', ['ResNet', 'ResNeXt', 'Res2Net'])
def test_backbones_of_mmdetection(kind):
    from mmdet.models import backbones

    model = getattr(backbones, kind)(depth=50, **({'groups': 32} if kind == 'ResNeXt' else {}))
    randomised(model)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {}
    assert not any(isinstance(m, ScaleAndShift) for m in fused.modules())
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


def test_original_is_untouched():
    model = small('res2net50_26w_4s')
    before = copy.deepcopy(model.state_dict())
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(model, x)
    fused = res2net_mm.fuse(model)
    outputs(fused, x)
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert all(torch.equal(a, b) for a, b in zip(expected, outputs(model, x), strict=True))
    assert all(p.requires_grad for p in model.parameters())
    assert not {id(p) for p in model.parameters()} & {id(p) for p in fused.parameters()}
    assert model.train().training  # it still trains


def test_training_is_refused():
    model = small('res2net50_26w_4s')
    fused = res2net_mm.fuse(model)
    with pytest.raises(UserError, match='only predicts'):
        fused.train()
    with pytest.raises(UserError, match=r'call model.eval\(\) first'):
        res2net_mm.fuse(model.train())


def test_pad_to_is_refused_below_one():
    with pytest.raises(UserError, match='pad_to=0 must be at least 1'):
        res2net_mm.fuse(small('res2net50_26w_4s'), pad_to=0)


def test_copies_pickles_and_state_dicts_work_after_use():
    fused = res2net_mm.fuse(small('res2net50_26w_4s'))
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(fused, x)
    other = res2net_mm.fuse(randomised(small('res2net50_26w_4s').double().float()))
    for parameter in other.parameters():
        parameter.zero_()
    outputs(other, x)  # packs the zeros
    other.load_state_dict(fused.state_dict())
    for again in (copy.deepcopy(fused), pickle.loads(pickle.dumps(fused)), other):
        assert all(torch.equal(a, b) for a, b in zip(expected, outputs(again, x), strict=True))


def test_other_sizes_dtypes_and_gradients_of_the_image():
    model = small('res2net50_26w_4s')
    fused = res2net_mm.fuse(model)
    for size in ((32, 32), (64, 33), (1, 1)):
        assert_equal_outputs(model, fused, torch.randn(1, 3, *size))
    x = torch.randn(1, 3, 32, 32, requires_grad=True)
    (wanted,) = torch.autograd.grad(model(x)[-1].sum(), x)
    (found,) = torch.autograd.grad(fused(x)[-1].sum(), x)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3 * wanted.abs().max().item())
    assert_equal_outputs(model.double(), fused.double(), torch.randn(1, 3, 32, 32).double())
    with torch.autocast('cpu', torch.bfloat16), torch.no_grad():
        assert fused.float()(torch.randn(1, 3, 32, 32))[-1].dtype == torch.bfloat16


@pytest.mark.parametrize('how', ['trace', 'export', 'compile'])
def test_what_reads_the_graph_sees_plain_operators(how):
    fused = res2net_mm.fuse(small('res2net50_26w_4s'))
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(fused, x)
    if how == 'trace':
        read = torch.jit.trace(fused, x)
        assert 'mkldnn' not in str(read.inlined_graph)
    elif how == 'export':
        program = torch.export.export(fused, (x,))
        assert 'mkldnn' not in str(program.graph)
        read = program.module()
    else:
        read = torch.compile(fused, backend='eager', fullgraph=True)
    for a, b in zip(expected, outputs(read, x), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * a.abs().max().item())
