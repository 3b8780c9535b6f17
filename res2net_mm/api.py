"""The public names of the package, once the stack under it is known to fit."""

from .stack import check_stack

check_stack()

from .openmmlab.checkpoint_schemes import teach_preset_scheme  # noqa: E402
from .openmmlab.names import teach_config_names  # noqa: E402  (the stack is checked by now)

teach_config_names()
teach_preset_scheme()

from .backbones import Res2Net, Res2NetDLA, build  # noqa: E402
from .checkpoints import load_weights  # noqa: E402
from .deploy import fuse  # noqa: E402
from .presets import list_presets  # noqa: E402
from .swap import swap  # noqa: E402

__all__ = ['Res2Net', 'Res2NetDLA', 'build', 'fuse', 'list_presets', 'load_weights', 'swap']
