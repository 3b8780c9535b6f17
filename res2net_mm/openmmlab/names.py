"""Let MMEngine find configs by name: this package's own, and MMSegmentation's in either line.

``_base_ = 'res2net_mm::faster_rcnn_r2n50_fpn.py'`` then works from any repository, as does
``mmengine.hub.get_config``. MMEngine knows the names of OpenMMLab's own packages only, refuses
names of configs that lie in no sub-folder, as ours do, and has no hook for either.

MMEngine reads the bases of a config before anything in it runs, so this package must have been
imported by then. Its own commands do that. For another program, such as MMDetection's
``tools/train.py``, the config can: ``_base_ = __import__('res2net_mm') and 'res2net_mm::...'``.
"""

from collections.abc import Callable
from functools import wraps
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from mmengine import hub
from mmengine.config import config, utils

SCOPE = 'res2net_mm'
ANCHOR = 'res2net_mm.version'  # a module in the folder that the configs lie in
PARSER = '_get_package_and_cfg_path'


def teach_config_names() -> None:
    """Have MMEngine resolve ``res2net_mm::`` and ``mmseg::``; doing it again is harmless."""
    parse = getattr(utils, PARSER)
    if not hasattr(parse, '__wrapped__'):
        for module in (utils, config, hub.hub):
            setattr(module, PARSER, _with_own_names(parse))
    # MMEngine looks for mmseg's configs in the distribution mmsegmentation. The maintained line
    # has another name, where the module's name works.
    if find_spec('mmseg') and not _is_installed('mmsegmentation'):
        utils.MODULE2PACKAGE['mmseg'] = 'mmseg'


def _is_installed(name: str) -> bool:
    try:
        return bool(distribution(name))
    except PackageNotFoundError:
        return False


def _with_own_names(parse: Callable[[str], tuple[str, str]]) -> Callable[[str], tuple[str, str]]:
    """Return MMEngine's parser of config names, extended by this package's."""

    @wraps(parse)
    def parse_name(name: str) -> tuple[str, str]:
        scope, _, path = name.partition('::')
        if scope == SCOPE and path:
            # MMEngine guesses the folder of a distribution, wrongly for editable installs; for a
            # module it takes the folder that its file lies in.
            return ANCHOR, path
        return parse(name)

    return parse_name
