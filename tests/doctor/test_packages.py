"""Every broken package is named with a fix."""

import importlib
import importlib.metadata as metadata
import sys
from importlib.util import find_spec

import torch

from res2net_mm.doctor import packages


def versions(**installed):
    """Stands in for the versions of distributions, under names with `-` written `_`."""
    return lambda *names: next(
        filter(None, (installed.get(n.replace('-', '_')) for n in names)), None
    )


def test_another_python(monkeypatch, problem):
    monkeypatch.setattr(packages.sys, 'version_info', (3, 8, 1))
    assert 'Python 3.8 is not supported' in problem(packages.check_python)


def test_every_fault_of_the_stack_is_said(monkeypatch):
    from res2net_mm.stack import StackError

    def import_module(name):
        raise StackError(['torch 1.9 does not fit: `pip install "torch>=2.0"`', 'mmcv: gone'])

    monkeypatch.setattr(packages.importlib, 'import_module', import_module)
    results = list(packages.check_stack())
    assert [result.fix for result in results] == ['`pip install "torch>=2.0"`', 'gone']


def test_the_package_itself_is_missing(monkeypatch, problem):
    monkeypatch.setattr(packages, '_installed', versions(torch='2.9.0'))
    assert 'pip install -e .' in problem(packages.check_stack)


def test_a_toolbox_that_refuses_the_stack(monkeypatch):
    real = importlib.import_module

    def import_module(name, package=None):
        if name == 'mmseg.apis':
            raise AssertionError('MMCV==9 is used but incompatible')
        return real(name, package)

    monkeypatch.setattr(packages.importlib, 'import_module', import_module)
    results = list(packages.check_toolboxes())
    others = [name for name in ('mmdet', 'mmpretrain', 'mmpose') if find_spec(name)]
    assert {r.part: r.ok for r in results} == {'mmseg': False, **dict.fromkeys(others, True)}
    assert 'MMCV==9' in str(results[1])


def test_operators_that_are_not_there_or_do_not_compute(monkeypatch, problem):
    import mmcv.ops

    check = packages.check_operators
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, 'mmcv._ext', None)
        assert 'mmcv._ext' in problem(check)
    with monkeypatch.context() as patch:
        patch.setattr(mmcv.ops, 'nms', lambda *_: (None, torch.tensor([0])))
        assert 'nms on cpu kept [0]' in problem(check)
    with monkeypatch.context() as patch:
        patch.setattr(torch.cuda, 'is_available', lambda: True)
        patch.setattr(mmcv.ops.info, 'get_compiling_cuda_version', lambda: 'not available')
        assert 'for the CPU only, and there is a GPU' in problem(check)
    monkeypatch.setattr(packages, '_installed', versions(mmcv_lite='2.1.0'))
    (result,) = check()
    assert result.ok
    assert 'mmcv-lite' in result.found


def test_opencv_twice_or_unusable(monkeypatch, problem):
    check = packages.check_opencv
    both = versions(opencv_python='4.9', opencv_python_headless='4.12')
    monkeypatch.setattr(packages, '_installed', both)
    said = problem(check)
    assert 'pip uninstall -y opencv-python opencv-python-headless' in said
    monkeypatch.setattr(packages, '_installed', versions(opencv_python='4.9'))
    monkeypatch.setitem(sys.modules, 'cv2', None)
    assert 'opencv-python 4.9: cannot be imported' in problem(check)


def test_a_torchvision_of_another_torch(monkeypatch, problem):
    check = packages.check_torchvision
    monkeypatch.setattr(packages, '_installed', versions(torchvision='0.28.0', torch='2.9.0+cpu'))
    monkeypatch.setattr(metadata, 'requires', lambda _: ['numpy', 'torch==2.13.0'])
    assert 'built for torch 2.13.0, and 2.9.0+cpu' in problem(check)
    monkeypatch.setattr(metadata, 'requires', lambda _: ['torch==2.9.0'])
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    assert '0.28.0 cannot be imported' in problem(check)
