"""Where in a model the backbones are that can be swapped, and which ones stay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mmengine.config import Config

from res2net_mm.errors import UserError

from .change import Path, dotted

INNER = 'backbone_cfg'  # where ICNet and BiSeNetV1 have the backbone they are built around
# Networks beside the one that trains, and why they keep what they are.
STAYS = {
    'teacher': 'its weights come from a checkpoint of its own',
    'reid': 'it is a network of its own, trained by its own config',
}
# Backbones that do more than a pyramid does, and the methods that need it.
REFUSED = {
    'DetectoRS_ResNet': 'DetectoRS feeds its pyramid back into the backbone, through convolutions '
    'that only its own ResNet has',
    'DetectoRS_ResNeXt': 'DetectoRS feeds its pyramid back into the backbone, through convolutions '
    'that only its own ResNeXt has',
    'TridentResNet': "TridentNet's last stage is three branches that share their weights, which "
    'a Res2Net does not have',
}


@dataclass(frozen=True)
class Place:
    """A backbone in a config.

    Attributes:
        path: Where its settings are.
        settings: Its settings.
        model_path: Where the settings of the model are that it is the backbone of.
        model: These settings.
        outer: Settings of the backbone it is built into (by ICNet, BiSeNetV1), or None.
    """

    path: Path
    settings: Mapping
    model_path: Path
    model: Mapping
    outer: Mapping | None = None


def find_places(cfg: Config) -> tuple[list[Place], list[str]]:
    """Return the backbones to swap, and a line for each network that stays as it is.

    Raises:
        UserError: There is none, or one that cannot be swapped.
    """
    if not isinstance(cfg.get('model'), Mapping) or not cfg.model:
        raise UserError(
            f'config {cfg.filename or "given"} has model={cfg.get("model")!r:.80}, where a dict '
            'that is not empty is needed'
        )
    places, stays = [], []
    for path, holder, key in _keys(cfg['model'], ('model',)):
        settings = holder[key]
        stem = next((name for name in STAYS if str(key).startswith(name)), None)
        if stem and isinstance(settings, Mapping) and 'type' in settings:
            stays.append(f'{dotted(path)} stays as it is: {STAYS[stem]}')
        elif key == 'backbone' and isinstance(settings, Mapping) and 'type' in settings:
            inner = settings.get(INNER)
            if isinstance(inner, Mapping):
                places.append(Place((*path, INNER), inner, path[:-1], holder, settings))
            else:
                places.append(Place(path, settings, path[:-1], holder))
            kind = type_name(settings)
            if kind in REFUSED:
                raise UserError(f'{dotted(path)} is a {kind}: {REFUSED[kind]}')
    if not places:
        raise UserError(
            f'the model ({type_name(cfg["model"])}) has no backbone in its config: nothing to swap'
        )
    return places, stays


def type_name(settings: Mapping) -> str:
    """Return the name of what settings build, without scope, be it written or imported."""
    kind = settings.get('type', '')
    return (kind if isinstance(kind, str) else kind.__name__).rsplit('.', 1)[-1]


def _keys(node, path: Path) -> Iterator[tuple[Path, Mapping, str]]:
    """Yield path, dict and key of all settings, outermost first, outside networks that stay."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield (*path, key), node, key
            if not str(key).startswith(tuple(STAYS)):
                yield from _keys(value, (*path, key))
    elif isinstance(node, list | tuple):
        for i, value in enumerate(node):
            yield from _keys(value, (*path, i))
