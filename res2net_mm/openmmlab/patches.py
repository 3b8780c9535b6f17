"""Change what MMEngine and the toolboxes do, and list every symbol of theirs that is at risk.

An upgrade may rename or remove what is private. :data:`SYMBOLS` names all of it, so that a test
fails by the name of what has gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from mmengine.config import config as mmengine_config
from torch import Tensor, nn
from yapf.yapflib import yapf_api


@dataclass(frozen=True)
class Symbol:
    """A symbol of MMEngine, a toolbox or PyTorch that this package reads, overrides or replaces.

    Attributes:
        name: Module, class and attribute; the attribute of a class or of its instances.
        used_by: The module of this package that needs it.
        why: What for.
        line: The line of the OpenMMLab packages that has it: the maintained ``onedl-*``, the
            original, or both.
    """

    name: str
    used_by: str
    why: str
    line: Literal['both', 'maintained', 'original'] = 'both'


def _symbols(
    owner: str, names: str, used_by: str, why: str, line: Literal['both', 'original'] = 'both'
) -> tuple[Symbol, ...]:
    return tuple(Symbol(f'{owner}.{name}', used_by, why, line) for name in names.split())


_RUNNER, _LOOPS = 'mmengine.runner.Runner', 'engine.runs.resumable_loops'
_PARSER = '_get_package_and_cfg_path'
_CHECKPOINTS = 'mmengine.runner.checkpoint'
SYMBOLS = (
    *_symbols('mmengine.config.utils', _PARSER, 'openmmlab.names', 'replaced: names of configs'),
    *_symbols('mmengine.config.config', _PARSER, 'openmmlab.names', 'replaced: names of configs'),
    *_symbols('mmengine.hub.hub', _PARSER, 'openmmlab.names', 'replaced: names of configs'),
    *_symbols(
        'mmengine.config.utils', 'MODULE2PACKAGE', 'openmmlab.names', 'changed: name of mmseg'
    ),
    *_symbols(
        'mmengine.config.config', 'FormatCode', 'openmmlab.patches', 'replaced: cached', 'original'
    ),
    *_symbols('yapf.yapflib.yapf_api', 'FormatCode', 'openmmlab.patches', 'replaced: cached'),
    *_symbols(
        'mmengine.config.Config', '_cfg_dict', 'openmmlab.config', 'imports all lazily named'
    ),
    *_symbols('mmengine.config.Config', '_cfg_dict', 'openmmlab.data_root', 'plain settings'),
    *_symbols(
        'mmengine.config.Config', '_is_lazy_import', 'openmmlab.shipped', 'style of a config'
    ),
    *_symbols(
        _CHECKPOINTS,
        'CheckpointLoader._schemes CheckpointLoader.register_scheme get_external_models '
        'get_torchvision_models',
        'openmmlab.checkpoint_schemes',
        'replaced: how checkpoints are read',
    ),
    *_symbols(
        'mmengine.fileio.handlers',
        'PickleHandler.load_from_fileobj YamlHandler.load_from_fileobj',
        'openmmlab.data_files',
        'replaced: how pickles and YAML are read',
    ),
    *_symbols(
        _RUNNER,
        '_resume _load_from _has_loaded _randomness_cfg',
        'openmmlab.internals',
        'read: the state of a run',
    ),
    *_symbols(
        'mmengine.model.ImgDataPreprocessor',
        '_enable_normalize _channel_conversion',
        'openmmlab.internals',
        'read: what an exported network does to pixels',
    ),
    *_symbols(
        'mmseg.models.SegDataPreProcessor',
        'channel_conversion',
        'openmmlab.internals',
        'read: what an exported network does to pixels',
    ),
    *_symbols(
        'torch.utils.data.DataLoader',
        '_get_iterator',
        'openmmlab.internals',
        'replaced: starts workers',
    ),
    *_symbols(
        'mmdet.models.dense_heads.base_dense_head',
        'select_single_mlvl',
        'openmmlab.patches',
        'replaced: detaches the scores',
    ),
    *_symbols(
        _RUNNER,
        'wrap_model _init_model_weights register_hooks save_checkpoint',
        'engine.processes.sharding',
        'overridden: a model that is split over processes',
    ),
    *_symbols(
        'mmengine.runner.EpochBasedTrainLoop',
        '_iter _epoch _max_epochs _decide_current_val_interval run_epoch',
        _LOOPS,
        'a loop that begins at any iteration',
    ),
    *_symbols(
        'mmengine.runner.IterBasedTrainLoop',
        '_iter _max_iters _decide_current_val_interval dataloader_iterator',
        _LOOPS,
        'a loop that begins at any iteration',
    ),
    *_symbols(
        'mmengine.hooks.CheckpointHook',
        '_save_checkpoint_with_step _save_best_checkpoint keep_ckpt_ids out_dir filename_tmpl '
        'best_ckpt_path last_ckpt',
        'engine.runs.whole_writes',
        'overridden: the old checkpoint goes once the new one is whole',
    ),
    *_symbols(
        'mmengine.fileio.LocalBackend',
        'put put_text',
        'engine.runs.whole_writes',
        'overridden: files are written whole',
    ),
)


def format_each_config_once() -> None:
    """Have MMEngine keep the formatted text of a config.

    It formats the same text for the log, the visualizer, the file in the work directory and each
    checkpoint, half a second a time.
    """
    module = formatting_module()
    if not isinstance(module.FormatCode, _Remembering):
        module.FormatCode = _Remembering(module.FormatCode)


def formatting_module() -> ModuleType:
    """Return the module whose ``FormatCode`` MMEngine calls: its own in 0.10.7, yapf's later."""
    return mmengine_config if hasattr(mmengine_config, 'FormatCode') else yapf_api


class _Remembering:
    """A function of a text and options that keeps its last results."""

    KEPT = 4  # the config of the run, of the run it repeats, and those of an earlier run

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.results: dict[str, Any] = {}

    def __call__(self, text: str, **options: Any) -> Any:
        key = repr((text, options))
        if key not in self.results:
            if len(self.results) == self.KEPT:
                del self.results[next(iter(self.results))]
            self.results[key] = self.function(text, **options)
        return self.results[key]


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
