"""Read the private state of MMEngine's and the toolboxes' objects; no other room does.

:data:`res2net_mm.openmmlab.symbols.SYMBOLS` lists them.
"""

from mmengine.runner import Runner
from torch import nn


def is_resuming(runner: Runner) -> bool:
    """Return whether a runner resumes a run, rather than beginning one."""
    return bool(runner._resume)


def loaded_file(runner: Runner) -> str | None:
    """Return the checkpoint that a runner loads or resumes from, None without one."""
    return runner._load_from


def has_loaded(runner: Runner) -> bool:
    """Return whether a runner has loaded its checkpoint by now."""
    return bool(runner._has_loaded)


def ranks_differ_in_seed(runner: Runner) -> bool:
    """Return whether each process adds its rank to the seed (``randomness.diff_rank_seed``)."""
    return bool(runner._randomness_cfg.get('diff_rank_seed', False))


def normalises(preprocessor: nn.Module) -> bool:
    """Return whether a data preprocessor subtracts a mean and divides by a deviation."""
    return bool(preprocessor._enable_normalize)


def swaps_channels(preprocessor: nn.Module) -> bool:
    """Return whether a data preprocessor turns BGR into RGB or back."""
    if hasattr(preprocessor, 'channel_conversion'):  # MMSegmentation 1.2
        return bool(preprocessor.channel_conversion)
    return bool(preprocessor._channel_conversion)
