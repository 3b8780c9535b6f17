"""What belongs to the original network's weights: checkpoints to load, and the normalisation."""

from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.config import Config

from res2net_mm.openmmlab.edit import Path, look_up, walk_paths
from res2net_mm.openmmlab.pretrained import loading_entries
from res2net_mm.presets import Preset

from .change import Change
from .places import Place, stays_as_it_is

PREPROCESSOR = 'data_preprocessor'


def starts_from_weights(cfg: Config, places: Iterable[Place]) -> bool:
    """Return whether a config loads weights, of the backbone alone or of the whole model."""
    own = (loading_entries(p.settings) or p.settings.get('pretrained') for p in places)
    return bool(cfg.get('load_from') or _whole_model_weights(cfg, places) or any(own))


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
    """Return the paths of the weights that the models around the backbones load."""
    found = []
    for place in places:
        for depth in range(1, len(place.path)):
            path = place.path[:depth]
            model = look_up(cfg, path)
            if isinstance(model, Mapping):
                found += [(*path, 'pretrained')] if model.get('pretrained') else []
                found += [(*path, 'init_cfg')] if loading_entries(model) else []
    return list(dict.fromkeys(found))


def normalisation_changes(cfg: Config, preset: Preset) -> list[Change]:
    """Return the changes to mean, standard deviation and channel order of every preprocessor."""
    wanted: dict[str, Any] = dict(mean=list(preset.mean), std=list(preset.std))
    if cfg.get('default_scope') == 'mmpretrain':  # whose preprocessors have a word of their own
        wanted |= dict(to_rgb=preset.to_rgb)
    else:
        wanted |= dict(bgr_to_rgb=preset.to_rgb, rgb_to_bgr=False)
    found = list(walk_paths(cfg['model'], ('model',), skip=stays_as_it_is))
    if isinstance(cfg.get(PREPROCESSOR), Mapping):  # the runner's, where the model has none
        found.insert(0, ((PREPROCESSOR,), cfg[PREPROCESSOR]))
    changes = []
    for path, settings in found:
        if path[-1] != PREPROCESSOR or isinstance(settings.get(PREPROCESSOR), Mapping):
            continue
        for key, value in wanted.items():
            old = settings.get(key)
            if (old is not None or value) and _numbers(old) != _numbers(value):
                why = f'what {preset.name} was trained with'
                changes.append(Change((*path, key), value, why, old))
    return changes


def _numbers(value: Any) -> Any:
    return [float(part) for part in value] if isinstance(value, list | tuple) else value
