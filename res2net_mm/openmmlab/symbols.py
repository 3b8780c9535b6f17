"""What this package needs of MMEngine and the toolboxes that an upgrade may change unannounced.

Names that are private, methods that are overridden and functions that are replaced. A test looks
each of them up in both lines of the packages, so that an upgrade fails there, by name.
"""

from typing import NamedTuple


class Symbols(NamedTuple):
    """Symbols of one owner.

    Attributes:
        owner: A module, or a class with its module.
        names: Names of the module, methods of the class, or attributes of its instances.
        used_by: The module of this package that needs them.
        why: What they are needed for.
        lines: The lines of packages that have them: the maintained (``onedl-*``), the original.
    """

    owner: str
    names: tuple[str, ...]
    used_by: str
    why: str
    lines: tuple[str, ...] = ('openmmlab', 'original')


_NAME_PARSER = ('_get_package_and_cfg_path',)
_LOOPS = 'mmengine.runner.loops'
_CHECKPOINT = 'mmengine.runner.checkpoint'
_STATE = ('_resume', '_load_from', '_has_loaded', '_randomness_cfg')
_SET_UP = ('wrap_model', '_init_model_weights', 'register_hooks', 'save_checkpoint')
_HOOK = (
    '_save_checkpoint_with_step', '_save_best_checkpoint', 'keep_ckpt_ids', 'max_keep_ckpts',
    'filename_tmpl', 'last_ckpt', 'best_ckpt_path', 'best_ckpt_path_dict', 'file_backend',
    'file_client_args', 'save_optimizer', 'save_param_scheduler', 'by_epoch', 'backend_args',
    'args',
)  # fmt: skip

SYMBOLS = (
    Symbols('mmengine.config.utils', _NAME_PARSER, 'openmmlab.names', 'replaced: config names'),
    Symbols('mmengine.config.config', _NAME_PARSER, 'openmmlab.names', 'replaced: config names'),
    Symbols('mmengine.hub.hub', _NAME_PARSER, 'openmmlab.names', 'replaced: config names'),
    Symbols('mmengine.config.utils', ('MODULE2PACKAGE',), 'openmmlab.names', 'changed: mmseg'),
    Symbols(
        'mmengine.config.config', ('FormatCode',), 'openmmlab.internals', 'cached', ('original',)
    ),
    Symbols('mmengine.config.config.Config', ('_cfg_dict',), 'openmmlab.config', 'imports names'),
    Symbols('mmengine.config.config.Config', ('_cfg_dict',), 'openmmlab.data_root', 'settings'),
    Symbols('mmengine.config.config.Config', ('_is_lazy_import',), 'openmmlab.shipped', 'style'),
    Symbols(
        f'{_CHECKPOINT}.CheckpointLoader',
        ('_schemes', 'register_scheme'),
        'openmmlab.checkpoint_schemes',
        'replaced: how checkpoints are read',
    ),
    Symbols(
        _CHECKPOINT,
        ('get_external_models', 'get_torchvision_models'),
        'openmmlab.checkpoint_schemes',
        'tables of the model zoos',
    ),
    Symbols(
        'mmengine.fileio.handlers.pickle_handler.PickleHandler',
        ('load_from_fileobj',),
        'openmmlab.data_files',
        'overridden: pickles are read as data',
    ),
    Symbols(
        'mmengine.fileio.handlers.yaml_handler.YamlHandler',
        ('load_from_fileobj',),
        'openmmlab.data_files',
        'overridden: YAML is read as data',
    ),
    Symbols('mmengine.runner.runner.Runner', _STATE, 'openmmlab.internals', 'state of a run'),
    Symbols(
        'mmengine.model.base_model.data_preprocessor.ImgDataPreprocessor',
        ('_enable_normalize', '_channel_conversion'),
        'openmmlab.internals',
        'what an exported network does to pixels',
    ),
    Symbols(
        'mmseg.models.data_preprocessor.SegDataPreProcessor',
        ('channel_conversion',),
        'openmmlab.internals',
        'what an exported network does to pixels',
        ('original',),
    ),
    Symbols(
        'mmdet.models.dense_heads.base_dense_head',
        ('select_single_mlvl',),
        'openmmlab.internals',
        'replaced: detaches the scores',
    ),
    Symbols(
        'mmengine.runner.runner.Runner',
        _SET_UP,
        'engine.processes.sharding',
        'overridden: a model that is split over processes',
    ),
    Symbols(
        f'{_LOOPS}.EpochBasedTrainLoop',
        ('_iter', '_epoch', '_max_epochs', '_decide_current_val_interval', 'run_epoch'),
        'engine.runs.resumable_loops',
        'overridden: an epoch that begins at any iteration',
    ),
    Symbols(
        f'{_LOOPS}.IterBasedTrainLoop',
        ('_iter', '_max_iters', '_decide_current_val_interval', 'dataloader_iterator'),
        'engine.runs.resumable_loops',
        'overridden: batches that go on',
    ),
    Symbols(
        'mmengine.hooks.checkpoint_hook.CheckpointHook',
        _HOOK,
        'engine.runs.atomic_checkpoints',
        'overridden: the old checkpoint goes once the new one is whole',
    ),
    Symbols(
        'mmengine.fileio.backends.local_backend.LocalBackend',
        ('put', 'put_text'),
        'engine.runs.atomic_checkpoints',
        'overridden: files are written whole',
    ),
)
