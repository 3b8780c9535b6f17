"""Files that run without PyTorch's or OpenMMLab's code: ONNX, OpenVINO, torch.export."""

from .checked_writing import export
from .files.engines import SUFFIXES, Exported, is_exported, open_exported
from .files.packages import require_packages
from .models.pixels import swaps_channels

__all__ = [
    'SUFFIXES',
    'Exported',
    'export',
    'is_exported',
    'open_exported',
    'require_packages',
    'swaps_channels',
]
