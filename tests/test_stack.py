"""An unfit stack is named in one sentence at import, whoever imports."""

import importlib
import subprocess
import sys

import pytest

from res2net_mm import stack


@pytest.fixture
def fake(monkeypatch):
    """Pretend other versions, distributions and missing modules."""

    def pretend(versions=None, distributions=None, missing=()):
        real = importlib.import_module

        def import_module(name):
            if name in missing:
                raise ModuleNotFoundError(f'No module named {name!r}')
            module = real(name)
            if name in (versions or {}):
                module = type('Module', (), {'__version__': versions[name]})
            return module

        monkeypatch.setattr(stack, 'import_module', import_module)
        if distributions is not None:
            monkeypatch.setattr(stack, '_installed_version', distributions.get)

    return pretend


def test_this_stack_fits():
    stack.check_stack()


@pytest.mark.parametrize('module', ['torch', 'mmengine', 'mmcv'])
def test_a_missing_part_is_named_with_what_to_do(fake, module):
    fake(missing=[module])
    with pytest.raises(stack.StackError, match=rf'{module} cannot be imported.*setup_env\.py'):
        stack.check_stack()


@pytest.mark.parametrize(
    ('module', 'version', 'wanted'),
    [
        ('torch', '1.13.1+cu117', 'torch>=2.0'),
        ('mmengine', '0.7.4', 'mmengine>=0.8.0,<1.0'),
        ('mmcv', '1.7.2', 'mmcv>=2.0.0,<3.0'),
        ('mmcv', '3.0.0', 'mmcv>=2.0.0,<3.0'),
    ],
)
def test_an_unfit_version_is_named_with_the_fitting_ones(fake, module, version, wanted):
    fake({module: version})
    with pytest.raises(stack.StackError) as caught:
        stack.check_stack()
    assert version in str(caught.value)
    assert wanted in str(caught.value)


def test_an_mmcv_built_without_operators_is_found_out(fake):
    fake(distributions={'mmcv': '2.1.0'}, missing=['mmcv._ext'])
    with pytest.raises(stack.StackError, match='without its compiled operators'):
        stack.check_stack()


def test_mmcv_lite_is_enough(fake):
    fake(distributions={'mmcv-lite': '2.1.0'}, missing=['mmcv._ext'])
    stack.check_stack()


def test_an_original_toolbox_beside_a_newer_mmcv_is_found_out(fake):
    fake({'mmcv': '2.2.0'}, distributions={'mmdet': '3.3.0', 'mmcv-lite': '2.2.0'})
    with pytest.raises(stack.StackError, match=r'mmdet 3\.3\.0 needs mmcv<2\.2\.0'):
        stack.check_stack()


@pytest.mark.parametrize(('build', 'declared'), [('0.28.0+cu130', True), ('0.28.0+cpu', False)])
def test_a_cuda_build_of_torchvision_is_importable_beside_a_cpu_torch(tmp_path, build, declared):
    """A torchvision that, like the real one, needs its operators declared when it is imported."""
    torchvision = tmp_path / 'torchvision'
    torchvision.mkdir()
    (torchvision / 'version.py').write_text(f"__version__ = '{build}'\nfrom nowhere import x\n")
    (torchvision / '__init__.py').write_text(
        'import torch\n'
        "for operator in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{operator}')(lambda *_: None)\n"
    )
    code = (
        f'import sys; sys.path.insert(0, {str(tmp_path)!r})\n'
        'import torch; torch.version.cuda = None\n'
        'import res2net_mm\n'
        'import torchvision'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert (done.returncode == 0) == declared, done.stderr
    assert declared or 'operator torchvision::nms does not exist' in done.stderr


def test_a_config_gets_the_sentence_too(tmp_path):
    """MMEngine swallows an ImportError while it resolves a type: it must not be one."""
    (tmp_path / 'broken.py').write_text(
        'import importlib.metadata as metadata, sys\n'
        'real = metadata.version\n'
        'metadata.version = lambda name: "0.1" if name == "mmcv" else real(name)\n'
        'sys.modules["mmcv._ext"] = None\n'
        'from mmengine.registry import MODELS\n'
        'MODELS.build(dict(type="res2net_mm.Res2Net"))\n'
    )
    done = subprocess.run(
        [sys.executable, 'broken.py'], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert 'StackError' in done.stderr.splitlines()[-1]
    assert 'without its compiled operators' in done.stderr


def test_nothing_but_mmcv_cnn_is_needed_to_run_a_backbone(tmp_path):
    """What mmcv-lite lacks is its operators: with them out of reach a backbone still runs."""
    (tmp_path / 'lite.py').write_text(
        'import importlib.metadata as metadata, sys\n'
        'import mmcv\n'
        'real = metadata.version\n'
        'def version(name):\n'
        '    if name in ("mmcv", "onedl-mmcv"): raise metadata.PackageNotFoundError(name)\n'
        '    return real(name)\n'
        'metadata.version = version\n'
        'sys.modules["mmcv._ext"] = sys.modules["mmcv.ops"] = None\n'
        'import torch, res2net_mm\n'
        'net = res2net_mm.build("res2net_light_14w_4s")\n'
        'net.init_weights()\n'
        'print(len(net(torch.randn(1, 3, 64, 64))))\n'
        'dcn = dict(type="DCNv2", deform_groups=1)\n'
        'res2net_mm.Res2Net(dcn=dcn, stage_with_dcn=(False, False, False, True))\n'
    )
    done = subprocess.run(
        [sys.executable, 'lite.py'], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[-1:] == ['4'], done.stderr
    assert 'UserError: dcn=' in done.stderr.splitlines()[-1]
    assert 'install the full mmcv' in done.stderr
