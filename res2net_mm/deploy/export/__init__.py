"""Files that run without PyTorch's or OpenMMLab's code: ONNX, OpenVINO, torch.export."""

from .engines import SUFFIXES, Exported, is_exported, open_exported
from .packages import require_packages
from .writing import export

__all__ = ['SUFFIXES', 'Exported', 'export', 'is_exported', 'open_exported', 'require_packages']
