"""Every part is looked at; what is broken is said with a fix, and no look can crash the doctor."""

import importlib
import importlib.metadata as metadata
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
Usage = namedtuple('Usage', 'total used free')


@pytest.fixture
def looks():
    from environment import backbone_looks, checkup, doctor, machine_looks, stack_looks

    return SimpleNamespace(
        backbone=backbone_looks,
        checkup=checkup,
        doctor=doctor,
        machine=machine_looks,
        stack=stack_looks,
    )


def problem(look, checkup) -> str:
    """The one problem that a look finds, as it is printed."""
    (result,) = checkup.run_looks({'part': look})
    assert not result.well, result
    assert str(result).startswith('PROBLEM ')
    assert f'fix: {"":>9}' in str(result)
    return str(result)


def versions(**installed):
    """Stands in for the versions of distributions, under names with `-` written `_`."""
    return lambda *names: next(
        filter(None, (installed.get(n.replace('-', '_')) for n in names)), None
    )


def test_a_sound_environment_is_well_and_stays_as_it_is(looks, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'none'))
    quick = {name: look for name, look in looks.doctor.LOOKS.items() if name != 'backbone'}
    results = list(looks.checkup.run_looks(quick))
    assert [str(result) for result in results if not result.well] == []
    parts = {result.part for result in results}
    assert {'mmdet', 'mmseg', *quick} - {'toolboxes'} <= parts
    assert not list(tmp_path.iterdir())


def test_a_look_that_raises_is_a_problem_and_the_others_go_on(looks):
    def broken():
        yield looks.checkup.Result('a', 'first')
        raise RuntimeError('driver gone')

    results = list(looks.checkup.run_looks({'x': broken, 'y': lambda: []}))
    assert [(result.part, result.well) for result in results] == [('a', True), ('x', False)]
    assert 'RuntimeError: driver gone' in str(results[1])


def test_another_python(looks, monkeypatch):
    monkeypatch.setattr(looks.stack.sys, 'version_info', (3, 8, 1))
    assert 'Python 3.8 will not do' in problem(looks.stack.look_at_python, looks.checkup)


def test_every_fault_of_the_stack_is_said(looks, monkeypatch):
    from res2net_mm.stack import StackError

    def import_module(name):
        raise StackError(['torch 1.9 does not fit: `pip install "torch>=2.0"`', 'mmcv: gone'])

    monkeypatch.setattr(looks.stack.importlib, 'import_module', import_module)
    results = list(looks.stack.look_at_stack())
    assert [result.fix for result in results] == ['`pip install "torch>=2.0"`', 'gone']


def test_the_package_itself_is_missing(looks, monkeypatch):
    monkeypatch.setitem(sys.modules, 'res2net_mm', None)
    assert 'pip install -e .' in problem(looks.stack.look_at_stack, looks.checkup)


def test_a_toolbox_that_refuses_the_stack(looks, monkeypatch):
    real = importlib.import_module

    def import_module(name):
        if name == 'mmseg.apis':
            raise AssertionError('MMCV==9 is used but incompatible')
        return real(name)

    monkeypatch.setattr(looks.stack.importlib, 'import_module', import_module)
    results = list(looks.stack.look_at_toolboxes())
    assert [(r.part, r.well) for r in results] == [('mmdet', True), ('mmseg', False)]
    assert 'MMCV==9' in str(results[1])


def test_operators_that_are_not_there_or_do_not_compute(looks, monkeypatch):
    import mmcv.ops

    look = looks.stack.look_at_operators
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, 'mmcv._ext', None)
        assert 'mmcv._ext' in problem(look, looks.checkup)
    with monkeypatch.context() as patch:
        patch.setattr(mmcv.ops, 'nms', lambda *_: (None, torch.tensor([0])))
        assert 'nms on cpu kept [0]' in problem(look, looks.checkup)
    with monkeypatch.context() as patch:
        patch.setattr(torch.cuda, 'is_available', lambda: True)
        patch.setattr(mmcv.ops.info, 'get_compiling_cuda_version', lambda: 'not available')
        assert 'for the CPU only, and there is a GPU' in problem(look, looks.checkup)
    monkeypatch.setattr(looks.stack, '_installed', versions(mmcv_lite='2.1.0'))
    (result,) = look()
    assert result.well
    assert 'mmcv-lite' in result.found


def test_opencv_twice_or_unusable(looks, monkeypatch):
    look = looks.stack.look_at_opencv
    both = versions(opencv_python='4.9', opencv_python_headless='4.12')
    monkeypatch.setattr(looks.stack, '_installed', both)
    said = problem(look, looks.checkup)
    assert 'pip uninstall -y opencv-python opencv-python-headless' in said
    monkeypatch.setattr(looks.stack, '_installed', versions(opencv_python='4.9'))
    monkeypatch.setitem(sys.modules, 'cv2', None)
    assert 'opencv-python 4.9: cannot be imported' in problem(look, looks.checkup)


def test_a_torchvision_of_another_torch(looks, monkeypatch):
    look = looks.stack.look_at_torchvision
    monkeypatch.setattr(
        looks.stack, '_installed', versions(torchvision='0.28.0', torch='2.9.0+cpu')
    )
    monkeypatch.setattr(metadata, 'requires', lambda _: ['numpy', 'torch==2.13.0'])
    assert 'built for torch 2.13.0, and 2.9.0+cpu' in problem(look, looks.checkup)
    monkeypatch.setattr(metadata, 'requires', lambda _: ['torch==2.9.0'])
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    assert '0.28.0 cannot be imported' in problem(look, looks.checkup)


@pytest.mark.parametrize(('cuda', 'words'), [(None, 'CPU build'), ('12.1', 'update the NVIDIA')])
def test_a_gpu_that_torch_cannot_use(cuda, words, looks, monkeypatch):
    monkeypatch.setattr(looks.machine, 'has_nvidia_gpu', lambda: True)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    monkeypatch.setattr(torch.version, 'cuda', cuda)
    assert words in problem(looks.machine.look_at_gpu, looks.checkup)


def test_a_full_or_closed_disk(looks, monkeypatch):
    look = looks.machine.look_at_disk
    with monkeypatch.context() as patch:
        patch.setattr(shutil, 'disk_usage', lambda _: Usage(1 << 40, 0, 1 << 30))
        assert '1.0 GiB free' in problem(look, looks.checkup)
    monkeypatch.setattr(looks.machine.os, 'access', lambda *_: False)
    assert 'read-only' in problem(look, looks.checkup)


def test_the_shared_memory_that_docker_gives(looks, tmp_path, monkeypatch):
    monkeypatch.setattr(looks.machine, 'SHARED', tmp_path)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: Usage(64 << 20, 0, 64 << 20))
    assert '--shm-size' in problem(looks.machine.look_at_shared_memory, looks.checkup)


def test_weights_that_were_altered_or_cannot_be_kept(looks, tmp_path, monkeypatch):
    look = looks.machine.look_at_weights
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    folder = tmp_path / 'hub/checkpoints'
    folder.mkdir(parents=True)
    (folder / 'net-01234567.pth').write_bytes(b'altered')
    said = problem(look, looks.checkup)
    assert 'net-01234567.pth (SHA-256 begins with' in said
    assert f'delete them from {folder}' in said
    monkeypatch.setattr(looks.machine.os, 'access', lambda *_: False)
    assert 'TORCH_HOME' in problem(look, looks.checkup)


def test_every_preset_is_of_a_kind_that_is_run(looks):
    from res2net_mm.backbones import Res2NetStage
    from res2net_mm.backbones.base import Res2NetBackbone
    from res2net_mm.presets import PRESETS
    from res2net_mm.registry import MODELS

    kinds = looks.backbone.families()
    run = {PRESETS[name].backbone for name in kinds.values()}
    registered = {
        name
        for name, kind in MODELS.module_dict.items()
        if isinstance(kind, type) and issubclass(kind, Res2NetBackbone) and kind is not Res2NetStage
    }
    assert run == registered
    settings = {
        frozenset(preset.arguments) & {'stem', 'groups', 'se'} for preset in PRESETS.values()
    }
    assert len(kinds) >= len(settings)


@pytest.mark.parametrize('fault', ['raises', 'nan', 'channels', ''])
def test_a_backbone_that_does_not_run(fault, looks, monkeypatch):
    import res2net_mm

    real = res2net_mm.build

    def build(name):
        backbone = real(name)
        if fault == 'raises':
            raise RuntimeError('no kernel')
        if fault == 'nan':
            backbone.layer4[-1].bn3.bias.data.fill_(torch.nan)
        if fault == 'channels':
            backbone.out_channels = (1, 2, 3, 4)
        return backbone

    monkeypatch.setattr(res2net_mm, 'build', build)
    monkeypatch.setattr(looks.backbone, 'families', lambda: {'Res2Net': 'res2net_light_14w_4s'})
    (result,) = looks.backbone.look_at_backbones()
    words = dict(
        raises='no kernel', nan='no numbers', channels='in place of (1, 2', **{'': '1024x2x2'}
    )
    assert words[fault] in result.found
    assert result.well is not bool(fault)


@pytest.mark.parametrize(('fix', 'status'), [('', 0), ('do this', 1)])
def test_the_exit_status_says_whether_all_is_well(fix, status, looks, load, monkeypatch, capsys):
    tool = load('tools/doctor.py')
    found = [looks.checkup.Result('a', 'is'), looks.checkup.Result('b', 'is', fix)]
    monkeypatch.setattr(tool, 'examine', lambda: iter(found))
    monkeypatch.setattr(sys, 'argv', ['doctor.py'])
    assert tool.main() == status
    assert capsys.readouterr().out.splitlines()[-1] == ('problems: 1' if fix else 'all is well')


@pytest.mark.slow
def test_the_doctor_examines_this_environment(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / 'tools/doctor.py'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == 'all is well'
    assert all(line.startswith('OK ') for line in lines[:-1])
    assert sum(line.split()[1] == 'backbone' for line in lines[:-1]) >= 8


def test_a_stack_that_cannot_be_imported_is_a_line_and_no_traceback(tmp_path):
    """The tool has to run where `import res2net_mm` fails."""
    code = (
        'import sys; sys.path[:0] = sys.argv[1:3]\n'
        'sys.modules["mmcv"] = sys.modules["mmengine"] = None\n'
        'from environment.checkup import run_looks\n'
        'from environment.stack_looks import look_at_stack\n'
        'print(*run_looks({"stack": look_at_stack}), sep="\\n")\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code, ROOT / 'tools', ROOT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for module in ('mmengine', 'mmcv'):
        assert f'{module} cannot be imported' in done.stdout
    assert 'setup_env.py' in done.stdout


@pytest.mark.parametrize(('built', 'says'), [(True, 'compiled'), (False, 'not compiled')])
def test_kernels_that_are_not_there_are_said_and_no_fault(built, says, looks, monkeypatch):
    monkeypatch.setattr('res2net_mm.acceleration.kernels.are_built', lambda: built)
    (result,) = looks.backbone.look_at_kernels()
    assert result.found.startswith(says)
    assert result.well
