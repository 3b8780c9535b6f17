"""Read and replace what is private in MMEngine and the toolboxes; no other room does.

:data:`res2net_mm.openmmlab.symbols.SYMBOLS` lists the names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from mmengine.config import config as mmengine_config
from mmengine.runner import Runner
from torch import Tensor, nn
from yapf.yapflib import yapf_api

KEPT_TEXTS = 4  # the config of the run, of the run it repeats, and those of an earlier run


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
    if hasattr(preprocessor, 'to_rgb'):  # MMPretrain
        return bool(preprocessor.to_rgb)
    return bool(preprocessor._channel_conversion)


def format_each_config_once() -> None:
    """Have MMEngine keep the formatted text of a config.

    It formats the same text for the log, the visualizer, the file in the work directory and each
    checkpoint, half a second a time.
    """
    module = formatting_module()
    function = module.FormatCode
    if hasattr(function, 'results'):  # it does so already
        return
    results: dict[str, Any] = {}

    def remembering(text: str, **options: Any) -> Any:
        key = repr((text, options))
        if key not in results:
            if len(results) == KEPT_TEXTS:
                del results[next(iter(results))]
            results[key] = function(text, **options)
        return results[key]

    remembering.results = results  # type: ignore[attr-defined]
    module.FormatCode = remembering  # type: ignore[attr-defined]  # yapf's


def formatting_module() -> ModuleType:
    """Return the module whose ``FormatCode`` MMEngine calls: its own in 0.10.7, yapf's later."""
    return mmengine_config if hasattr(mmengine_config, 'FormatCode') else yapf_api


@contextmanager
def graph_kept(model: nn.Module) -> Iterator[None]:
    """Let the scores of MMDetection's dense heads keep their graph while the block lasts.

    ``predict_by_feat`` selects the maps of each image by ``select_single_mlvl``, which detaches
    them, and has no argument to keep them attached. Models without such a head are unchanged.
    """
    predict = getattr(getattr(model, 'bbox_head', None), 'predict_by_feat', None)
    names = getattr(predict, '__globals__', {})
    original = names.get('select_single_mlvl')
    if original is None:
        yield
        return
    names['select_single_mlvl'] = _select_attached
    try:
        yield
    finally:
        names['select_single_mlvl'] = original


def _select_attached(levels: list[Tensor], batch_id: int, detach: bool = True) -> list[Tensor]:
    """Return the maps of one image: each (N, C, H, W) -> (C, H, W)."""
    return [level[batch_id] for level in levels]
