"""The most memory a run holds at once."""

from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile


def peak_memory(run: Callable[[], object], *, device: str = 'cpu') -> int:
    """Return by how many bytes of tensors memory grew at most during ``run``.

    What was there before (weights, gradients, the input) does not count; what the operators
    allocate for themselves does. On a GPU it is PyTorch's own account. On a CPU, where PyTorch
    keeps none, every allocation and release of its allocator is recorded and summed up in time.
    The figure is that of the algorithm: the same on every run, whatever else the machine does.
    """
    if device == 'cuda':
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        run()
    events = [
        event
        for event in profiler.profiler.kineto_results.events()
        if event.name() == '[memory]' and event.device_type() == torch.autograd.DeviceType.CPU
    ]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most
