"""The scope ``res2net_mm`` under MMEngine's root registries.

MMEngine imports ``<scope>.registry`` at the first type written ``<scope>.Name``, then the
``locations`` below. So configs of any toolbox find ``type='res2net_mm.Res2Net'`` without
``custom_imports``, and it never collides with the ``Res2Net`` in the toolboxes' own scopes.
"""

from mmengine.registry import DATA_SAMPLERS as ROOT_DATA_SAMPLERS
from mmengine.registry import HOOKS as ROOT_HOOKS
from mmengine.registry import LOOPS as ROOT_LOOPS
from mmengine.registry import METRICS as ROOT_METRICS
from mmengine.registry import MODEL_WRAPPERS as ROOT_MODEL_WRAPPERS
from mmengine.registry import MODELS as ROOT_MODELS
from mmengine.registry import TRANSFORMS as ROOT_TRANSFORMS
from mmengine.registry import Registry

SCOPE = 'res2net_mm'


def _child(parent: Registry, *locations: str) -> Registry:
    """Return this package's child of a root registry; a second import returns the same one."""
    if SCOPE in parent.children:
        return parent.children[SCOPE]
    return Registry(parent.name, parent=parent, scope=SCOPE, locations=list(locations))


MODELS = _child(
    ROOT_MODELS,
    'res2net_mm.backbones',
    'res2net_mm.necks',
    'res2net_mm.heads',
    'res2net_mm.deploy.export.exported_model',
)
TRANSFORMS = _child(ROOT_TRANSFORMS, 'res2net_mm.data.segmentation.load_saliency')
DATA_SAMPLERS = _child(ROOT_DATA_SAMPLERS, 'res2net_mm.data.detection.size_balance')
METRICS = _child(ROOT_METRICS, 'res2net_mm.evaluation')
HOOKS = _child(ROOT_HOOKS, 'res2net_mm.engine')
LOOPS = _child(ROOT_LOOPS, 'res2net_mm.engine')
MODEL_WRAPPERS = _child(ROOT_MODEL_WRAPPERS, 'res2net_mm.engine')
