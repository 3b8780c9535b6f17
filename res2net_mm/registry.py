"""The scope ``res2net_mm`` under MMEngine's root registries.

MMEngine imports ``<scope>.registry`` the first time it meets a type written ``<scope>.Name`` and
then the ``locations`` below, so ``type='res2net_mm.Res2Net'`` is found from any MMDetection,
MMSegmentation or MMPretrain config without ``custom_imports``, and never collides with the
``Res2Net`` those toolboxes register in their own scopes.
"""

from mmengine.registry import HOOKS as ROOT_HOOKS
from mmengine.registry import METRICS as ROOT_METRICS
from mmengine.registry import MODELS as ROOT_MODELS
from mmengine.registry import Registry

MODELS = Registry(
    'model', parent=ROOT_MODELS, scope='res2net_mm', locations=['res2net_mm.backbones']
)
METRICS = Registry(
    'metric', parent=ROOT_METRICS, scope='res2net_mm', locations=['res2net_mm.evaluation']
)
HOOKS = Registry('hook', parent=ROOT_HOOKS, scope='res2net_mm', locations=['res2net_mm.engine'])
