"""A block's training step by the compiled kernels is that of its modules."""

import copy

import pytest
import torch
from torch import nn

from res2net_mm.acceleration import accelerate, accelerated, block_step
from res2net_mm.acceleration.memory_modes import KEEP_ALL, RECOMPUTE_NORMS
from res2net_mm.layers import BLOCK_RULES, Bottle2neck, build_shortcut

NORM = dict(type='BN')


def make_block(
    *,
    held=False,
    outputs=16,
    stride=1,
    first=False,
    scales=4,
    avg_down=False,
    with_cp=False,
    **more,
):
    shortcut = None
    if outputs != 8 or stride != 1:
        shortcut = build_shortcut(8, outputs, stride=stride, avg_down=avg_down, norm_cfg=NORM)
    options = dict(first=first, block_rule='official', shortcut=shortcut, stride=stride)
    block = accelerate(Bottle2neck(8, outputs, 6, scales, **dict(options, **more)))
    block.with_cp = with_cp
    for norm in block.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias)
            nn.init.normal_(norm.running_mean)
            nn.init.uniform_(norm.running_var, 0.5, 1.5)
    return block.train(not held)


def images(n=2, h=9, w=11) -> torch.Tensor:
    x = torch.randn(n, 8, h, w)
    return x.contiguous(memory_format=torch.channels_last).requires_grad_()


def run(block: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return output, gradients and statistics of one step."""
    y = block(x)
    weights = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view_as(y)
    wanted = [t for t in (x, *block.parameters()) if t.requires_grad]
    gradients = torch.autograd.grad((y * weights).sum(), wanted)
    return y.detach(), *gradients, *(b for b in block.buffers() if b.is_floating_point())


def assert_same_step(block: nn.Module, x: torch.Tensor, *, stepped: bool = True) -> None:
    """Compare with the modules in float64, which never step."""
    other = copy.deepcopy(block).double()
    found = run(block, x)
    assert block_step.can_step(block, x) is stepped
    expected = run(other, x.detach().double().requires_grad_(x.requires_grad))
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        torch.testing.assert_close(a.double(), b, rtol=0, atol=5e-5 * max(b.abs().max().item(), 1))


VARIANTS = [
    *(dict(first=first, stride=stride, block_rule=rule)
      for rule in BLOCK_RULES for first, stride in [(True, 2), (True, 1), (False, 1)]),
    dict(outputs=8),
    dict(outputs=8, dilation=2),
    dict(groups=3),
    dict(scales=1),
    dict(scales=8),
    dict(first=True, stride=2, avg_down=True),
    dict(first=True, stride=2, pass_last=False),
    dict(with_cp=True),
]  # fmt: skip


held = pytest.mark.parametrize('held', [False, True], ids=['trained', 'held'])


@held
@pytest.mark.parametrize('options', VARIANTS, ids=str)
def test_step_is_that_of_the_modules(options, held):
    assert_same_step(make_block(held=held, **options), images())


@held
@pytest.mark.parametrize('shape', [(1, 3, 1), (4, 1, 1), (3, 5, 4)])
def test_small_maps(shape, held):
    """Of few pixels, trained norms magnify rounding, and held ones are not folded."""
    assert_same_step(make_block(held=held), images(*shape))


def test_one_pixel_is_refused_by_the_norm_as_ever():
    with pytest.raises(ValueError, match='more than 1 value per channel'):
        make_block()(images(1, 1, 1))


def test_a_shortcut_that_is_given():
    block, x = make_block(), images()
    shortcut = torch.randn(2, 16, 9, 11, requires_grad=True)  # in the default order
    y = block(x, shortcut)
    assert '_Step' in str(y.grad_fn)
    (found,) = torch.autograd.grad(y.sin().sum(), shortcut)
    expected = copy.deepcopy(block).double()(x.detach().double(), shortcut.double())
    torch.testing.assert_close(y.double(), expected, rtol=0, atol=1e-5)
    (expected,) = torch.autograd.grad(expected.sin().sum(), shortcut)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@held
@pytest.mark.parametrize('shape', [(2, 9, 11), (1, 2, 3)])
@pytest.mark.parametrize('frozen', ['conv1', 'convs', 'conv3', 'bn1', 'bns', 'bn3', 'downsample'])
def test_what_is_frozen_gets_no_gradient(frozen, shape, held):
    block = make_block(held=held)
    getattr(block, frozen).requires_grad_(False)
    assert_same_step(block, images(*shape))
    block(images(*shape)).sum().backward()
    assert all(p.grad is None for p in getattr(block, frozen).parameters())


def test_images_that_need_no_gradient():
    assert_same_step(make_block(outputs=8), images().detach())


def test_norms_are_recomputed_with_the_same_result_and_less_kept():
    results, kept = [], []
    for memory in (KEEP_ALL, RECOMPUTE_NORMS):
        torch.manual_seed(0)
        block, x = make_block(), images()
        block.memory = memory
        with torch.autograd.graph.saved_tensors_hooks(
            lambda t: kept[-1].append(t) or t, lambda t: t
        ):
            kept.append([])
            results.append(run(block, x))
    for a, b in zip(*results, strict=True):
        assert torch.equal(a, b)
    more, fewer = ({t.untyped_storage().data_ptr() for t in ts if t.dim() == 2} for ts in kept)
    assert len(fewer) < len(more)


@held
def test_gradients_of_gradients(held):
    block, x = make_block(held=held), images()
    other, z = copy.deepcopy(block).double(), x.detach().double().requires_grad_()
    found = []
    for each, images_ in ((block, x), (other, z)):
        y = each(images_)
        buffers = [b.clone() for b in each.buffers()]
        (d_x,) = torch.autograd.grad(y.sin().sum(), images_, create_graph=True)
        found.append(torch.autograd.grad(d_x.square().sum(), [images_, *each.parameters()]))
        assert all(map(torch.equal, buffers, each.buffers()))  # once is enough for statistics
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a.double(), b, rtol=0, atol=1e-4 * b.abs().max().item())


@held
def test_a_frozen_block_that_nothing_is_learnt_through_runs_its_modules(held):
    block, x = make_block(held=held).requires_grad_(False), images().detach()
    assert not block_step.can_step(block, x)
    assert block_step.can_step(block, x.requires_grad_())


def test_maps_before_folded_norms_are_not_kept():
    kept = []
    for held in (False, True):
        torch.manual_seed(0)
        block, x = make_block(held=held, outputs=8), images()
        kept.append(set())
        with torch.autograd.graph.saved_tensors_hooks(
            lambda t: kept[-1].add((t.data_ptr(), t.numel())) or t, lambda t: t
        ):
            block(x)
    trained, held = (sum(size for _, size in each) for each in kept)
    assert held < 0.9 * trained


@pytest.mark.parametrize('shape', [(2, 9, 11), (1, 2, 3)])
def test_recomputation_with_held_norms(shape):
    """Folded or not: of the small map nothing is, so that all may be computed again."""
    results = []
    for memory in (KEEP_ALL, RECOMPUTE_NORMS):
        torch.manual_seed(0)
        block, x = make_block(held=True, outputs=8), images(*shape)
        block.memory = memory
        results.append(run(block, x))
    assert all(map(torch.equal, *results))


def test_divergence_is_seen():
    x = images()
    with torch.no_grad():
        x[0, 0, 0, 0] = torch.nan
    assert make_block()(x).isnan().any()


@pytest.mark.parametrize(
    'how',
    ['some held', 'default order', 'se', 'caffe', 'group norm', 'hook', 'relu hook', 'bias',
     'cumulative', 'subclass', 'float64', 'no kernels'],
)  # fmt: skip
def test_elsewhere_the_modules_run(how, monkeypatch):
    options = dict(
        se=dict(se=4), caffe=dict(style='caffe', stride=2, first=True),
        **{'group norm': dict(norm_cfg=dict(type='GN', num_groups=3))},
    ).get(how, {})  # fmt: skip
    block, x = make_block(**options), images()
    if how == 'some held':
        block.bns[0].eval()
    if how == 'default order':
        x = x.detach().contiguous().requires_grad_()
    if how == 'hook':
        block.bns[1].register_forward_hook(lambda *_: None)
    if how == 'relu hook':
        block.relu.register_forward_hook(lambda *_: None)
    if how == 'bias':
        block.conv1.bias = nn.Parameter(torch.ones(24))
    if how == 'cumulative':
        block.bn3.momentum = None
    if how == 'subclass':
        block.convs[0].__class__ = type('Other', (nn.Conv2d,), {})
    if how == 'float64':
        block, x = block.double(), x.detach().double().requires_grad_()
    if how == 'no kernels':
        monkeypatch.setattr(block_step, 'are_built', lambda: False)
    assert not block_step.can_step(block, x)
    assert '_Step' not in str(block(x).grad_fn)


def test_without_gradients_or_with_autocast_the_modules_run():
    block, x = make_block(), images()
    with torch.no_grad():
        assert not block_step.can_step(block, x)
    with torch.autocast('cpu', torch.bfloat16):
        assert not block_step.can_step(block, x)


def test_the_modules_are_asked_nowhere_else():
    """The name under which a test, or a user who doubts, turns stepping off."""
    assert accelerated.can_step is block_step.can_step
