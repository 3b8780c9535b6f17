"""Weights of the original network, which a swapped one can not load."""

from collections.abc import Iterable, Mapping, Sequence

from mmengine.config import Config

from .change import Change, Path, look_up
from .places import Place


def starts_from_weights(cfg: Config, places: Iterable[Place]) -> bool:
    """Whether the original starts from weights, be it the backbone's or the whole model's."""
    settings = [place.settings for place in places]
    return bool(
        cfg.get('load_from')
        or _whole_model_weights(cfg, places)
        or any(loads(s.get('init_cfg')) or s.get('pretrained') for s in settings)
    )


def origin_changes(cfg: Config, places: Iterable[Place]) -> list[Change]:
    """Return the changes that keep weights of the original network from being loaded."""
    changes = [
        Change(path, None, 'it holds weights of the original network', look_up(cfg, path))
        for path in _whole_model_weights(cfg, places)
    ]
    if cfg.get('load_from'):
        why = 'it is a checkpoint of the original network'
        changes.append(Change(('load_from',), None, why, cfg.load_from))
    return changes


def _whole_model_weights(cfg: Config, places: Iterable[Place]) -> list[Path]:
    """Return where the models around the backbones name weights to load."""
    found = []
    for place in places:
        for depth in range(1, len(place.path)):
            model = look_up(cfg, place.path[:depth])
            if not isinstance(model, Mapping):
                continue
            path = place.path[:depth]
            if model.get('pretrained'):
                found.append((*path, 'pretrained'))
            if loads(model.get('init_cfg')):
                found.append((*path, 'init_cfg'))
    return list(dict.fromkeys(found))


def loads(init_cfg: Mapping | Sequence | None) -> bool:
    """Whether an ``init_cfg`` loads weights from a file."""
    entries = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    return any(isinstance(entry, Mapping) and 'checkpoint' in entry for entry in entries)
