"""OpenVINO's engine, one for the whole process."""

from functools import cache


@cache
def openvino_core() -> object:
    """Return the ``openvino.Core`` of this process, which lives as long as it does.

    Each Core gives the thread that makes it a stack for signal handlers, and takes it away when it
    goes. Of two that go in the order in which they came, the second puts back the stack that the
    first has freed: the next signal, such as the end of a data worker, is a segmentation fault
    (OpenVINO 2026.4.1).
    """
    import openvino

    return openvino.Core()
