"""A backbone on OpenVINO's engine for CPUs, called like the backbone itself.

Processor time of Res2Net-50 26w4s there over that of ResNet-50 (0.30 s), in float32 at 1x3x320x480
on one core (Zen 3, AVX2, OpenVINO 2026.4.1): fused 1.08, of which 1.04 are multiply-adds; splits
padded to 8 channels 1.13, to 32 channels 1.29. It runs at 81 GFLOP/s where a product of large
matrices gets 90, so that little is left to gain in float32.
"""

from functools import cache
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .folding import FusedModule
from .fuse import fuse


@cache
def openvino_core() -> Any:
    """Return the one ``openvino.Core`` of this process.

    Each Core installs a stack for signal handlers and restores the previous one when it is deleted.
    After two are deleted in the order of their creation, the stack in place is one already freed,
    and the next signal, such as the end of a data worker, is a segmentation fault (OpenVINO
    2026.4.1).
    """
    import openvino

    return openvino.Core()


class OpenVinoNetwork(FusedModule):
    """A fused backbone that OpenVINO runs, in float32 and as many threads as PyTorch has.

    It is compiled for each size of images when the first come, which takes seconds. Outputs differ
    from the model's by 1e-5 of the largest at most. To have a file, or a detector with boxes, use
    ``res2net-mm export``.

    Args:
        model: A backbone, or another module from one tensor to tensors, in eval mode on the CPU. It
            stays as it is.

    Raises:
        UserError: OpenVINO is not installed, or the model is in training mode.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        if find_spec('openvino') is None:
            raise UserError('OpenVINO is not installed: pip install openvino')
        self.fused = fuse(model)
        self.eval()
        self._compiled: dict[torch.Size, Any] = {}

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """(N, in_channels, H, W), float32 on the CPU -> all outputs in a tuple, without gradients.

        Raises:
            UserError: The images are of another type or place.
        """
        if images.device.type != 'cpu' or images.dtype != torch.float32:
            raise UserError(
                f'images are {images.dtype} on {images.device}; allowed: torch.float32 on cpu'
            )
        if images.shape not in self._compiled:
            self._compiled[images.shape] = self._compile(images)
        request = self._compiled[images.shape]
        request.set_input_tensor(_shared(images.detach().contiguous()))
        outputs = []
        for i, output in enumerate(request.model_outputs):
            outputs.append(torch.empty(tuple(output.shape)))  # a new one, that is the caller's own
            request.set_output_tensor(i, _shared(outputs[-1]))
        request.infer()
        return tuple(outputs)

    def _compile(self, images: Tensor) -> Any:
        import openvino

        with torch.no_grad():
            shape = [tuple(images.shape)]
            model = openvino.convert_model(self.fused, example_input=images, input=shape)
        settings = dict(
            INFERENCE_NUM_THREADS=torch.get_num_threads(),
            PERFORMANCE_HINT='LATENCY',
            INFERENCE_PRECISION_HINT='f32',  # bfloat16 is the default where the processor has it
            ENABLE_CPU_PINNING=False,  # PyTorch's threads are there too
        )
        return openvino_core().compile_model(model, 'CPU', settings).create_infer_request()


def _shared(x: Tensor) -> Any:
    """Return the same memory as OpenVINO's tensor."""
    import openvino

    return openvino.Tensor(x.numpy(), shared_memory=True)
