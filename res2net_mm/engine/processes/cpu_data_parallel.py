"""Data-parallel training by processes without GPUs."""

from typing import Any

from mmengine.model import MMDistributedDataParallel
from torch import nn

from res2net_mm.registry import MODEL_WRAPPERS

from .sync_norm import use_cpu_sync_norms


@MODEL_WRAPPERS.register_module(force=True)  # a reload is harmless
class CPUDataParallel(MMDistributedDataParallel):
    """MMEngine's wrapper for a model on the CPU, with synchronised norms that run there.

    Args:
        module: The model.
        device_ids: Not used: what MMEngine's runner gives every wrapper.
        **settings: Those of ``torch.nn.parallel.DistributedDataParallel``.
    """

    def __init__(self, module: nn.Module, *, device_ids: Any = None, **settings: Any) -> None:
        super().__init__(module=use_cpu_sync_norms(module), device_ids=None, **settings)
