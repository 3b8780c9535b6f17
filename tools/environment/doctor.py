"""Looks at everything a run needs, before hours are spent on one."""

from collections.abc import Iterator

from .backbone_looks import look_at_backbones, look_at_kernels
from .checkup import Result, run_looks
from .machine_looks import look_at_disk, look_at_gpu, look_at_shared_memory, look_at_weights
from .stack_looks import (
    look_at_opencv,
    look_at_operators,
    look_at_python,
    look_at_stack,
    look_at_toolboxes,
    look_at_torchvision,
)

# In the order in which they are to be mended.
LOOKS = {
    'Python': look_at_python,
    'stack': look_at_stack,
    'mmcv operators': look_at_operators,
    'toolboxes': look_at_toolboxes,
    'OpenCV': look_at_opencv,
    'torchvision': look_at_torchvision,
    'GPU': look_at_gpu,
    'disk': look_at_disk,
    'shared memory': look_at_shared_memory,
    'weights': look_at_weights,
    'kernels': look_at_kernels,
    'backbone': look_at_backbones,
}


def examine() -> Iterator[Result]:
    """Yields what is found, a part at a time; nothing is installed, fetched or written."""
    return run_looks(LOOKS)
