"""The backbones; importing this package registers them."""

from .base import build
from .dla import Res2NetDLA
from .res2net import Res2Net
from .shared_stage import Res2NetStage
from .timm_models import register_timm_models

__all__ = ['Res2Net', 'Res2NetDLA', 'Res2NetStage', 'build', 'register_timm_models']
