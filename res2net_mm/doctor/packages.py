"""Check the packages that this one builds on: that they fit each other and work."""

import importlib
import importlib.metadata as metadata
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from res2net_mm.stack import SET_UP, let_torchvision_be_imported

from .finding import Finding

# Distributions of `cv2`; two of them overwrite each other's files.
OPENCV = (
    'opencv-python', 'opencv-python-headless',
    'opencv-contrib-python', 'opencv-contrib-python-headless',
)  # fmt: skip
STACK = ('torch', 'mmengine', 'mmcv')
# Module of a toolbox -> the submodule that imports all of its requirements.
TOOLBOXES = {name: f'{name}.apis' for name in ('mmdet', 'mmseg', 'mmpretrain', 'mmpose')}
LOWEST, HIGHEST = (3, 10), (3, 14)  # versions of Python


def check_python() -> Iterator[Finding]:
    """Check that the package runs on this version of Python."""
    version = sys.version_info[:2]
    if LOWEST <= version <= HIGHEST:
        yield Finding('Python', f'{platform.python_version()}, {sys.executable}')
        return
    found, lowest, highest = ('.'.join(map(str, v)) for v in (version, LOWEST, HIGHEST))
    fault = f'Python {found} is not supported: {lowest} to {highest} is needed'
    yield Finding('Python', fault, 'use another Python')


def check_stack() -> Iterator[Finding]:
    """Check that this package is installed and can be imported, which checks versions."""
    if not _installed('res2net_mm'):
        fix = 'run `pip install -e .` in the clone, in this environment'
        yield Finding('stack', 'res2net_mm is not installed', fix)
        return
    try:
        package = importlib.import_module('res2net_mm')
        package.prepare_stack()
        for name in package.__all__:
            getattr(package, name)
    except Exception as error:  # StackError, or an exception of a package of the stack
        for fault in getattr(error, 'faults', (f'{type(error).__name__}: {error}',)):
            what, _, fix = fault.partition(': ')
            yield Finding('stack', what, fix or SET_UP)
        return
    versions = [f'{name} {importlib.import_module(name).__version__}' for name in STACK]
    yield Finding('stack', f'res2net_mm {package.__version__} on {", ".join(versions)}')


def check_toolboxes() -> Iterator[Finding]:
    """Check that the installed toolboxes can be imported with all that they require."""
    for name, inner in TOOLBOXES.items():
        try:
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # of optional parts
                version = importlib.import_module(name).__version__
                importlib.import_module(inner)
        except ModuleNotFoundError as error:
            if error.name == name:
                continue
            fix = f'install {error.name}: {SET_UP}'
            yield Finding(name, f'cannot be imported: {error}', fix)
        except Exception as error:  # toolboxes check versions by assertions
            yield Finding(name, f'cannot be imported: {type(error).__name__}: {error}', SET_UP)
        else:
            yield Finding(name, version)


def check_operators() -> Iterator[Finding]:
    """Check that the compiled operators of mmcv are there and compute correctly."""
    import torch

    lite, full = (_installed(*names) for names in (('mmcv-lite',), ('mmcv', 'onedl-mmcv')))
    part = 'mmcv operators'
    if lite and not full:
        yield Finding(
            part, 'none: mmcv-lite, which is enough for the backbones, but for no toolbox'
        )
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
            yield Finding(part, 'compiled for the CPU only, and there is a GPU', fix)
            return
        _, kept = nms(boxes.to(device), scores.to(device), 0.5)
        if kept.tolist() != [0, 2]:
            yield Finding(part, f'nms on {device} kept {kept.tolist()}', SET_UP)
            return
    yield Finding(part, f'mmcv._ext runs (CUDA {built_for})')


def check_opencv() -> Iterator[Finding]:
    """Check that one OpenCV is installed and decodes images."""
    there = {name: version for name in OPENCV if (version := _installed(name))}
    names = ', '.join(f'{name} {version}' for name, version in there.items())
    keep = 'opencv-python-headless'
    if len(there) > 1:
        fix = f'`pip uninstall -y {" ".join(there)}`, then `pip install --no-deps {keep}`'
        yield Finding('OpenCV', f'{len(there)} packages write the same files: {names}', fix)
        return
    try:
        import cv2
        import numpy as np

        _, jpeg = cv2.imencode('.jpg', np.zeros((8, 8, 3), np.uint8))
        image = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    except (ImportError, AttributeError) as error:
        fix = f'`pip uninstall -y {" ".join(there) or "opencv-python"}`, then '
        fix += f'`pip install --no-deps {keep}`, which needs no libGL'
        yield Finding('OpenCV', f'{names or "none"}: cannot be imported: {error}', fix)
        return
    if image is None or image.shape != (8, 8, 3):
        raise RuntimeError('OpenCV does not decode a JPEG that it encoded')
    yield Finding('OpenCV', names or cv2.__version__)


def check_torchvision() -> Iterator[Finding]:
    """Check that torchvision, if installed, fits torch; only MMPretrain and MMPose need it."""
    version = _installed('torchvision')
    if version is None:
        yield Finding('torchvision', 'not installed; only MMPretrain and MMPose need it')
        return
    torch = _installed('torch')
    needed = [r for r in metadata.requires('torchvision') or () if re.match(r'torch\b', r)]
    fix = f'install the torchvision of torch {torch}, or `pip uninstall -y torchvision`'
    pinned = re.search(r'==\s*([\d.]+)', needed[0]) if needed else None
    if pinned and torch and torch.split('+')[0] != pinned[1]:
        found = f'{version} is built for torch {pinned[1]}, and {torch} is installed'
        yield Finding('torchvision', found, fix)
        return
    try:
        let_torchvision_be_imported()
        importlib.import_module('torchvision')
    except Exception as error:  # a RuntimeError where its operators are of another torch
        yield Finding('torchvision', f'{version} cannot be imported: {error}', fix)
        return
    yield Finding('torchvision', version)


def _installed(*names: str) -> str | None:
    """Return the version of the first of some distributions that is installed, else None."""
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None
