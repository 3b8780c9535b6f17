"""Find the backbones of a model that can be swapped, and those that stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import Path, dotted, type_name, walk_paths

INNER = 'backbone_cfg'  # holds the backbone that ICNet and BiSeNetV1 are built around
ENCODER = 'image_encoder'  # holds the backbone of a retriever, and its necks behind it
# Beginnings of keys that hold another network than the one that trains -> why it is not swapped.
STAYS = {
    'teacher': 'its weights come from a checkpoint of its own',
    'reid': 'it is a network of its own, trained by its own config',
}
# Backbones that do more than give a pyramid -> the method that needs it.
_FEEDS_BACK = (
    'DetectoRS feeds its pyramid back into the backbone, through convolutions that only its own '
    '{} has'
)
REFUSED = {
    'DetectoRS_ResNet': _FEEDS_BACK.format('ResNet'),
    'DetectoRS_ResNeXt': _FEEDS_BACK.format('ResNeXt'),
    'SparseResNet': 'SparK hides parts of the image from the convolutions of its own sparse '
    'ResNet, which a Res2Net does not do',
    'TridentResNet': "TridentNet's last stage is three branches that share their weights, which "
    'a Res2Net does not have',
}


@dataclass(frozen=True)
class Place:
    """A backbone in a config, and the model that it is the backbone of."""

    path: Path
    settings: Mapping[str, Any]
    model_path: Path
    model: Mapping[str, Any]
    outer: Mapping[str, Any] | None = None  # the backbone around it (ICNet, BiSeNetV1)


def find_places(cfg: Config) -> tuple[list[Place], list[str]]:
    """Return the backbones to swap, and a line for each network that stays as it is.

    Raises UserError where there is no backbone, or one that cannot be swapped.
    """
    if not isinstance(cfg.get('model'), Mapping) or not cfg.model:
        raise UserError(
            f'config {cfg.filename or "given"} has model={cfg.get("model")!r:.80}, where a dict '
            'that is not empty is needed'
        )
    places: list[Place] = []
    stays: list[str] = []
    for at, holder in walk_paths(cfg['model'], ('model',), skip=stays_as_it_is):
        for key, settings in holder.items():
            if key == ENCODER and isinstance(settings, list | tuple):
                places.append(Place((*at, key, 0), settings[0], at, holder))
            if not isinstance(settings, Mapping) or 'type' not in settings:
                continue
            path = (*at, key)
            if stays_as_it_is(key):
                why = next(why for name, why in STAYS.items() if key.startswith(name))
                stays.append(f'{dotted(path)} stays as it is: {why}')
            elif key == 'backbone':
                if (kind := type_name(settings)) in REFUSED:
                    raise UserError(f'{dotted(path)} is a {kind}: {REFUSED[kind]}')
                if isinstance(inner := settings.get(INNER), Mapping):
                    places.append(Place((*path, INNER), inner, at, holder, settings))
                else:
                    places.append(Place(path, settings, at, holder))
    if not places:
        raise UserError(
            f'the model ({type_name(cfg["model"])}) has no backbone in its config: nothing to swap'
        )
    return places, stays


def stays_as_it_is(key: object) -> bool:
    """Return whether a key holds another network than the one that trains."""
    return str(key).startswith(tuple(STAYS))
