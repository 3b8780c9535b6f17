"""The presets in ``timm.create_model``, as feature extractors.

timm finds a model by a plain name, so that of a preset gets the package's before it:
``timm.create_model('res2net_mm_res2net50_v1b_26w_4s', features_only=True)``. What is built follows
timm's conventions: feature 0 is the stem's, before pooling, and ``forward`` returns a list.
"""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from res2net_mm.acceleration import to_layout_of
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, Preset

from .base import Res2NetBackbone, build

PREFIX = 'res2net_mm_'
#: timm reads this name: what it knows of a model's weights and images.
default_cfgs: dict[str, dict[str, Any]] = {}


class TimmFeatures(nn.Module):
    """A backbone as timm's ``features_only=True`` returns it.

    Args:
        backbone: The backbone.
        out_indices: Features to return; 0 is the stem's, i that of stage i, negative ones count
            from the last, and a number alone means the last n. Default: all.
        default_cfg: timm's dict of the images that the weights take.

    Attributes:
        feature_info: timm's description: ``channels()``, ``reduction()``, ``module_name()``.
    """

    def __init__(
        self,
        backbone: Res2NetBackbone,
        out_indices: Sequence[int] | int | None = None,
        default_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        from timm.models import FeatureInfo

        described = zip(
            backbone.num_features, backbone.all_strides, backbone.stage_names, strict=True
        )
        info = [dict(num_chs=c, reduction=stride, module=n) for c, stride, n in described]
        known = range(len(info))
        if out_indices is None or isinstance(out_indices, int):
            out_indices = known[-(out_indices or 0) :]
        try:
            taken = tuple(known[i] for i in out_indices)
        except IndexError:
            taken = ()
        if not taken:
            raise UserError(f'out_indices={out_indices} must name features from 0 to {known[-1]}')
        self.backbone, self.feature_info = backbone, FeatureInfo(info, taken)
        self.last = max(taken)
        self.default_cfg = self.pretrained_cfg = default_cfg or {}

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, in_chans, H, W) -> the features of ``out_indices``, (N, C, H / s, W / s) each."""
        features = [self.backbone.stem(x)]
        below = self.backbone.maxpool(features[0]) if self.last else features[0]
        for stage in self.backbone.stages[: self.last]:
            below = stage(below)
            features.append(below)
        return [to_layout_of(x, features[i]) for i in self.feature_info.out_indices]


def register_timm_models() -> list[str]:
    """Have ``timm.create_model`` build each preset; doing it again is harmless.

    ``features_only=True``, ``out_indices``, ``in_chans``, ``output_stride`` and ``pretrained`` mean
    what they mean to timm (also to segmentation_models_pytorch, as encoder ``tu-res2net_mm_...``);
    other arguments are those of the backbone.

    Returns:
        The models' names, ``res2net_mm_<preset>``.

    Raises:
        UserError: timm is not installed.
    """
    try:
        from timm.models import is_model, register_model
    except ImportError:
        raise UserError(
            'timm is not installed: `pip install timm`, or do without it: '
            'res2net_mm.build(<preset>) has channels, strides and stage_names'
        ) from None
    for preset in PRESETS.values():
        name = f'{PREFIX}{preset.name}'
        if not is_model(name):
            default_cfgs[name] = _default_cfg(preset)
            globals()[name] = register_model(_entry_point(name, preset))
    return [f'{PREFIX}{name}' for name in PRESETS]


def _entry_point(name: str, preset: Preset) -> Callable[..., TimmFeatures]:
    """Return the function that timm calls to build a preset."""

    def create(
        pretrained: bool = False,
        *,
        features_only: bool = False,
        out_indices: Sequence[int] | int | None = None,
        in_chans: int = 3,
        output_stride: int = 32,
        pretrained_cfg: Any = None,
        pretrained_cfg_overlay: dict[str, Any] | None = None,
        cache_dir: Any = None,
        **arguments: Any,
    ) -> TimmFeatures:
        if not features_only:
            raise UserError(f'{name} gives features only: add features_only=True')
        if cache_dir is not None:
            raise UserError(f'cache_dir={str(cache_dir)!r} has no effect here: set TORCH_HOME')
        arguments |= _dilated(preset, output_stride)
        backbone = build(preset.name, in_channels=in_chans, **arguments)
        file = (pretrained_cfg_overlay or {}).get('file')
        if pretrained or file:
            load_weights(backbone, file or f'res2net://{preset.name}')
        else:
            backbone.init_weights()
        return TimmFeatures(backbone, out_indices, default_cfgs[name])

    create.__name__ = create.__qualname__ = name
    return create


def _dilated(preset: Preset, output_stride: int) -> dict[str, Any]:
    """Return the arguments that dilate the last stages in place of their stride, as timm does.

    But for its extra pooling by 2x2 in the shortcut of a dilated v1b stage, which no other has.
    """
    if output_stride == 32:
        return {}
    if output_stride not in (8, 16) or preset.backbone != 'Res2Net' or preset.classes == 100:
        raise UserError(f'output_stride={output_stride} must be 32 (8 or 16, too, without DLA)')
    dilated = dict(contract_dilation=True)
    if output_stride == 16:
        return dict(strides=(1, 2, 2, 1), dilations=(1, 1, 1, 2), **dilated)
    return dict(strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), **dilated)


def _default_cfg(preset: Preset) -> dict[str, Any]:
    side = 32 if preset.classes == 100 else 224
    return dict(
        url=preset.weights[0].urls[0] if preset.weights else '',
        input_size=(3, side, side),
        mean=tuple(value / 255 for value in preset.mean),
        std=tuple(value / 255 for value in preset.std),
        interpolation='bilinear',
        crop_pct=0.875,
        num_classes=0,
        license='unknown',
    )
