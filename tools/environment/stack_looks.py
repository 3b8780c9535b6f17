"""Looks at the packages under the project: do they fit each other, and do they really run?"""

import importlib
import importlib.metadata as metadata
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from .checkup import Result
from .fit_python import python_fault

# What provides `import cv2`; two of them overwrite each other's files.
OPENCV = (
    'opencv-python',
    'opencv-python-headless',
    'opencv-contrib-python',
    'opencv-contrib-python-headless',
)
STACK = ('torch', 'mmengine', 'mmcv')
# Module of a toolbox -> what of it takes all of its requirements to be imported.
TOOLBOXES = {'mmdet': 'mmdet.apis', 'mmseg': 'mmseg.apis', 'mmpretrain': 'mmpretrain.apis'}
SET_UP = 'run `make setup`, or `python tools/setup_env.py`'


def look_at_python() -> Iterator[Result]:
    """Whether this Python is one that the project runs on."""
    fault = python_fault(sys.version_info)
    found = f'{platform.python_version()}, {sys.executable}'
    yield Result('Python', fault or found, fault and f'use another Python: {SET_UP}')


def look_at_stack() -> Iterator[Result]:
    """Whether this package can be imported, and that its versions fit is part of that."""
    try:
        package = importlib.import_module('res2net_mm')
    except ModuleNotFoundError as error:
        if error.name != 'res2net_mm':
            raise
        fix = 'run `pip install -e .` in the clone, in this environment'
        yield Result('stack', 'res2net_mm is not installed', fix)
        return
    except Exception as error:  # StackError, or what a package of the stack raises
        for fault in getattr(error, 'faults', (f'{type(error).__name__}: {error}',)):
            what, _, fix = fault.partition(': ')
            yield Result('stack', what, fix or SET_UP)
        return
    versions = [f'{name} {importlib.import_module(name).__version__}' for name in STACK]
    yield Result('stack', f'res2net_mm {package.__version__} on {", ".join(versions)}')


def look_at_toolboxes() -> Iterator[Result]:
    """Whether the toolboxes that are there can be imported whole."""
    for name, inner in TOOLBOXES.items():
        try:
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # of optional parts
                version = importlib.import_module(name).__version__
                importlib.import_module(inner)
        except ModuleNotFoundError as error:
            if error.name == name:
                continue
            fix = f'install {error.name}: {SET_UP}'
            yield Result(name, f'cannot be imported: {error}', fix)
        except Exception as error:  # toolboxes check versions by assertions
            yield Result(name, f'cannot be imported: {type(error).__name__}: {error}', SET_UP)
        else:
            yield Result(name, version)


def look_at_operators() -> Iterator[Result]:
    """Whether mmcv's compiled operators are there and compute."""
    import torch

    lite, full = (_installed(*names) for names in (('mmcv-lite',), ('mmcv', 'onedl-mmcv')))
    if lite and not full:
        found = 'none: mmcv-lite, which is enough for the backbones and for no toolbox'
        yield Result('mmcv operators', found)
        return
    importlib.import_module('mmcv._ext')
    from mmcv.ops import nms
    from mmcv.ops.info import get_compiling_cuda_version

    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30]])
    scores = torch.tensor([0.9, 0.8, 0.7])
    built_for = get_compiling_cuda_version()
    for device in ['cpu', 'cuda'][: 1 + torch.cuda.is_available()]:
        if device == 'cuda' and built_for == 'not available':
            fix = f'{SET_UP} where nvcc is installed, which compiles mmcv for the GPU'
            yield Result('mmcv operators', 'compiled for the CPU only, and there is a GPU', fix)
            return
        _, kept = nms(boxes.to(device), scores.to(device), 0.5)
        if kept.tolist() != [0, 2]:
            yield Result('mmcv operators', f'nms on {device} kept {kept.tolist()}', SET_UP)
            return
    yield Result('mmcv operators', f'mmcv._ext runs (CUDA {built_for})')


def look_at_opencv() -> Iterator[Result]:
    """Whether there is one OpenCV, and it reads images."""
    there = {name: version for name in OPENCV if (version := _installed(name))}
    names = ', '.join(f'{name} {version}' for name, version in there.items())
    keep = 'opencv-python-headless'
    if len(there) > 1:
        fix = f'`pip uninstall -y {" ".join(there)}`, then `pip install --no-deps {keep}`'
        yield Result('OpenCV', f'{len(there)} packages write the same files: {names}', fix)
        return
    try:
        import cv2
        import numpy as np

        _, jpeg = cv2.imencode('.jpg', np.zeros((8, 8, 3), np.uint8))
        shape = cv2.imdecode(jpeg, cv2.IMREAD_COLOR).shape
    except (ImportError, AttributeError) as error:
        fix = f'`pip uninstall -y {" ".join(there) or "opencv-python"}`, then '
        fix += f'`pip install --no-deps {keep}`, which needs no libGL'
        yield Result('OpenCV', f'{names or "none"}: cannot be imported: {error}', fix)
        return
    assert shape == (8, 8, 3), shape
    yield Result('OpenCV', names or cv2.__version__)


def look_at_torchvision() -> Iterator[Result]:
    """Whether torchvision, which nothing here needs, is the one of this torch if it is there."""
    version = _installed('torchvision')
    if version is None:
        yield Result('torchvision', 'not installed, and not needed')
        return
    torch = _installed('torch')
    needed = [r for r in metadata.requires('torchvision') or () if re.match(r'torch\b', r)]
    fix = f'install the torchvision of torch {torch}, or `pip uninstall -y torchvision`'
    pinned = re.search(r'==\s*([\d.]+)', needed[0]) if needed else None
    if pinned and torch and torch.split('+')[0] != pinned[1]:
        found = f'{version} is built for torch {pinned[1]}, and {torch} is installed'
        yield Result('torchvision', found, fix)
        return
    try:
        importlib.import_module('torchvision')
    except Exception as error:  # a RuntimeError where its operators are of another torch
        yield Result('torchvision', f'{version} cannot be imported: {error}', fix)
        return
    yield Result('torchvision', version)


def _installed(*names: str) -> str | None:
    """The version of the first of some distributions that is installed."""
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None
