"""What this package needs of MMEngine and the toolboxes that an upgrade may change unannounced.

Names that are private, methods that are overridden and functions that are replaced. A test looks
each of them up in both lines of the packages, so that an upgrade fails there, by name.
"""

from typing import NamedTuple

_RUNNER, _CONFIG = 'mmengine.runner', 'mmengine.config'
_PREPROCESSOR = 'mmengine.model.base_model.data_preprocessor.ImgDataPreprocessor'
_CLS_PREPROCESSOR = 'mmpretrain.models.utils.data_preprocessor.ClsDataPreprocessor'
_SEG_PREPROCESSOR = 'mmseg.models.data_preprocessor.SegDataPreProcessor'
# Module of this package -> owner of the symbols (a module, or a class with its module) -> names of
# the module, methods of the class, or attributes of its instances.
_NEEDED = {
    'openmmlab.config_names': {  # replaced: how names of configs are read
        f'{_CONFIG}.utils': '_get_package_and_cfg_path MODULE2PACKAGE',
        f'{_CONFIG}.config': '_get_package_and_cfg_path',
        'mmengine.hub.hub': '_get_package_and_cfg_path',
        f'{_CONFIG}.config.Config': '_is_lazy_import',
    },
    'openmmlab.config': {f'{_CONFIG}.config.Config': '_cfg_dict'},  # imports lazy names
    'openmmlab.checks': {f'{_CONFIG}.config.Config': '_cfg_dict'},
    'openmmlab.data_only': {  # replaced and overridden: files are read as data
        f'{_RUNNER}.checkpoint': 'get_external_models get_torchvision_models',
        f'{_RUNNER}.checkpoint.CheckpointLoader': '_schemes register_scheme',
        'mmengine.fileio.handlers.pickle_handler.PickleHandler': 'load_from_fileobj',
        'mmengine.fileio.handlers.yaml_handler.YamlHandler': 'load_from_fileobj',
    },
    'openmmlab.internals': {
        f'{_CONFIG}.config': 'FormatCode',  # replaced by one that remembers
        f'{_RUNNER}.runner.Runner': '_resume _load_from _has_loaded _randomness_cfg',
        # What an exported network does to pixels.
        _PREPROCESSOR: '_enable_normalize _channel_conversion',
        _SEG_PREPROCESSOR: 'channel_conversion',
        _CLS_PREPROCESSOR: 'to_rgb _enable_normalize',
        'mmdet.models.dense_heads.base_dense_head': 'select_single_mlvl',  # replaced: it detaches
    },
    'engine.processes.sharding': {  # overridden: a model that is split over processes
        f'{_RUNNER}.runner.Runner': 'wrap_model _init_model_weights register_hooks save_checkpoint'
    },
    'engine.runs.resumable_loops': {  # overridden: an epoch that begins at any iteration
        f'{_RUNNER}.loops.EpochBasedTrainLoop': '_iter _epoch _max_epochs run_epoch '
        '_decide_current_val_interval',
        f'{_RUNNER}.loops.IterBasedTrainLoop': '_iter _max_iters dataloader_iterator '
        '_decide_current_val_interval',
    },
    'engine.runs.atomic_checkpoints': {  # overridden: an old file goes once the new one is whole
        'mmengine.hooks.checkpoint_hook.CheckpointHook': '_save_checkpoint_with_step '
        '_save_best_checkpoint keep_ckpt_ids max_keep_ckpts filename_tmpl last_ckpt best_ckpt_path '
        'best_ckpt_path_dict file_backend file_client_args save_optimizer save_param_scheduler '
        'by_epoch backend_args args',
        'mmengine.fileio.backends.local_backend.LocalBackend': 'put put_text',
    },
}
_ORIGINAL_ONLY = ('FormatCode', 'channel_conversion')


class Symbols(NamedTuple):
    """Names of one owner that one module needs, and the lines of packages that have them."""

    owner: str
    names: tuple[str, ...]
    used_by: str
    lines: tuple[str, ...]  # the maintained one (``onedl-*``) and the original


SYMBOLS = tuple(
    Symbols(
        owner,
        tuple(names.split()),
        used_by,
        ('original',) if names in _ORIGINAL_ONLY else ('openmmlab', 'original'),
    )
    for used_by, owners in _NEEDED.items()
    for owner, names in owners.items()
)
