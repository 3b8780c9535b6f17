"""Images normalised as the new network's weights were trained."""

from collections.abc import Iterator, Mapping

from mmengine.config import Config

from res2net_mm.presets import Preset

from .change import Change, Path
from .places import STAYS

KEY = 'data_preprocessor'


def normalisation_changes(cfg: Config, preset: Preset) -> list[Change]:
    """Return the changes to mean, standard deviation and channel order of every preprocessor."""
    wanted = dict(
        mean=list(preset.mean),
        std=list(preset.std),
        bgr_to_rgb=preset.to_rgb,
        rgb_to_bgr=False,
    )
    why = f'what {preset.name} was trained with'
    changes = []
    for path, settings in _preprocessors(cfg):
        for key, value in wanted.items():
            old = settings.get(key)
            if old is None and not value:
                continue
            if _numbers(old) != _numbers(value):
                changes.append(Change((*path, key), value, why, old))
    return changes


def _preprocessors(cfg: Config) -> Iterator[tuple[Path, Mapping]]:
    """Yield path and settings of the innermost preprocessors, outside networks that stay."""
    if isinstance(cfg.get(KEY), Mapping):  # the runner's, where the model has none
        yield (KEY,), cfg[KEY]
    yield from _inside(cfg['model'], ('model',))


def _inside(node, path: Path) -> Iterator[tuple[Path, Mapping]]:
    if isinstance(node, list | tuple):
        for i, value in enumerate(node):
            yield from _inside(value, (*path, i))
    elif isinstance(node, Mapping):
        if path[-1] == KEY and not isinstance(node.get(KEY), Mapping):
            yield path, node
        for key, value in node.items():
            if not str(key).startswith(tuple(STAYS)):
                yield from _inside(value, (*path, key))


def _numbers(value):
    return [float(part) for part in value] if isinstance(value, list | tuple) else value
