"""Check, when the package is imported, that the stack under it is there and fits.

Two lines of the stack carry the same module names: the originals (mmengine, mmcv, mmdet,
mmsegmentation) and the maintained one (onedl-mmengine, onedl-mmcv, ...). Either will do.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from .errors import UserError

SET_UP = 'run `python tools/setup_env.py` in a clone of this project'

# Module -> the versions this package works with: at least the first, below the second.
FITTING = {'torch': ('2.0', None), 'mmengine': ('0.8.0', '1.0'), 'mmcv': ('2.0.0', '3.0')}

# The original toolboxes refuse newer mmcv when they are imported: distribution -> first unfit mmcv.
UNFIT_MMCV = {'mmdet': '2.2.0', 'mmsegmentation': '2.2.0'}


class StackError(UserError):
    """The installed stack cannot carry this package; ``faults`` are sentences on what to install.

    Not an ImportError: MMEngine swallows those when it resolves ``type='res2net_mm...'`` and would
    report an unregistered model in place of the cause.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__('; '.join(self.faults))


def check_stack() -> None:
    """Raise StackError, with a sentence for each fault, if the stack does not fit."""
    faults = list(stack_faults())
    if faults:
        raise StackError(faults)


def stack_faults() -> Iterator[str]:
    """Yield what does not fit, a sentence each that says what to install.

    mmcv-lite is enough for the backbones. A full mmcv must hold its compiled operators: a build
    without a compiler or without torch ends "successfully" and lacks them.
    """
    found = {}
    for module, fitting in FITTING.items():
        try:
            found[module] = import_module(module).__version__
        except ModuleNotFoundError as error:
            yield f'{module} cannot be imported ({error}): {SET_UP}'
        else:
            least, below = fitting
            fits = _at_least(found[module], least)
            if not fits or (below and _at_least(found[module], below)):
                wanted = f'{module}>={least}' + (f',<{below}' if below else '')
                yield f'{module} {found[module]} does not fit: `pip install "{wanted}"`'
    if 'mmcv' not in found:
        return
    for toolbox, first_unfit in UNFIT_MMCV.items():
        installed = _installed_version(toolbox)
        if installed and _at_least(found['mmcv'], first_unfit):
            yield (
                f'{toolbox} {installed} needs mmcv<{first_unfit}, but mmcv {found["mmcv"]} is '
                f'installed: `pip install onedl-{"mmdetection" if toolbox == "mmdet" else toolbox}`'
                f' in its place, or an older mmcv'
            )
    full_mmcv = next((name for name in ('onedl-mmcv', 'mmcv') if _installed_version(name)), None)
    if full_mmcv:
        try:
            import_module('mmcv._ext')
        except ImportError as error:
            yield (
                f'{full_mmcv} {found["mmcv"]} is installed without its compiled operators '
                f'({error}): {SET_UP}, or rebuild it where torch is installed with '
                '`MMCV_WITH_OPS=1 pip install --no-build-isolation --no-cache-dir '
                f'--force-reinstall --no-deps {full_mmcv}`, or install mmcv-lite in its place if '
                'the backbones are all you need'
            )


def let_torchvision_be_imported() -> None:
    """Declare the operators without which a CUDA build of torchvision fails beside a CPU torch.

    PyPI has no CPU build of torchvision for Linux. Beside the CPU build of torch its compiled
    operators do not load, and its import ends with "operator torchvision::nms does not exist",
    although MMPretrain and MMPose need only its image transforms. What is declared here has no
    kernel: torchvision itself refuses a call of it.
    """
    import torch

    spec = find_spec('torchvision')
    if torch.version.cuda or spec is None or spec.origin is None:
        return
    build = Path(spec.origin).with_name('version.py').read_text(encoding='utf-8').partition('\n')[0]
    if '+cu' in build and not hasattr(torch.ops.torchvision, 'nms'):
        for operator in ('nms', 'qnms'):
            schema = '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor'
            torch.library.define(f'torchvision::{operator}', schema)


def _installed_version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _at_least(found: str, least: str) -> bool:
    from packaging.version import Version  # the set-up reads this file before it is installed

    return Version(found.split('+')[0]) >= Version(least)
