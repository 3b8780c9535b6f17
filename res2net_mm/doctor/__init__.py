"""Check everything that a run needs, before hours are spent on one.

The modules import torch and OpenMMLab inside their functions only: a broken stack is a finding.
"""

from collections.abc import Iterator

from .backbones import check_backbones, check_kernels
from .finding import Finding, run_checks
from .machine import check_disk, check_gpu, check_shared_memory, check_weights
from .packages import (
    check_opencv,
    check_operators,
    check_python,
    check_stack,
    check_toolboxes,
    check_torchvision,
)

# In the order in which problems are to be solved.
CHECKS = {
    'Python': check_python,
    'stack': check_stack,
    'mmcv operators': check_operators,
    'toolboxes': check_toolboxes,
    'OpenCV': check_opencv,
    'torchvision': check_torchvision,
    'GPU': check_gpu,
    'disk': check_disk,
    'shared memory': check_shared_memory,
    'weights': check_weights,
    'kernels': check_kernels,
    'backbone': check_backbones,
}

__all__ = ['CHECKS', 'Finding', 'examine']


def examine() -> Iterator[Finding]:
    """Yield what is found, part by part; nothing is installed, downloaded or written."""
    return run_checks(CHECKS)
