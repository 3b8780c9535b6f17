"""Replace the backbones of a config and change what reads them."""

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import class_of, dotted, type_name
from res2net_mm.presets import Preset, find

from .change import Change, apply, change_settings
from .channels import follow, outer_changes
from .four_stages import fit_pyramid
from .origin import normalisation_changes, origin_changes, starts_from_weights
from .places import Place, find_places
from .pyramid import Maps, measure
from .resnet_arguments import speaks_resnet, translate
from .shared_head import shared_head_change
from .whole_model import check_swapped
from .written import config_text, write_text


@dataclass(frozen=True)
class Swap:
    """What :func:`res2net_mm.swap.swap` did.

    Attributes:
        config: The config with the new backbone.
        preset: The new network.
        changes: The differences from the original.
        notes: What could not be kept, and networks that were not swapped; a line each.
        source: The file of the original, or None if it was not read from a file.
    """

    config: Config
    preset: Preset
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    source: Path | None

    def __str__(self) -> str:
        return '\n'.join([*map(str, self.changes), *self.notes])

    def write(self, file: str | Path, *, overwrite: bool = False) -> Path:
        """Write a config that inherits the original and holds the changes, and return its path.

        Raises:
            UserError: The file exists and is not to be overwritten or cannot be written, or the
                original was not read from a file.
        """
        file = Path(file)
        if self.source is None:
            raise UserError('the config was not read from a file, so no file can inherit it')
        title = f'{self.source.name} with the backbone {self.preset.name}'
        text = config_text(self.source, file.parent, [title, *self.notes], self.changes)
        write_text(text, file, overwrite=overwrite)
        return file


def replace_backbones(cfg: Config, preset: str, *, check: bool) -> Swap:
    """Carry out :func:`res2net_mm.swap.swap`."""
    network = find(preset)
    scope = cfg.get('default_scope') or 'mmengine'
    places, notes = find_places(cfg)
    pretrained = bool(network.weights) and starts_from_weights(cfg, places)
    changes: list[Change] = []
    for place in places:
        made, said = _swap_place(place, network, scope, pretrained=pretrained)
        changes += made
        notes += said
    changes += origin_changes(cfg, places)
    changes += normalisation_changes(cfg, network)
    swapped = apply(cfg, changes)
    if not pretrained:
        notes.append(_why_random(network))
    if check:
        check_swapped(cfg, swapped)
    source = Path(cfg.filename) if cfg.filename else None
    return Swap(swapped, network, tuple(changes), tuple(notes), source)


def _swap_place(
    place: Place, preset: Preset, scope: str, *, pretrained: bool
) -> tuple[list[Change], list[str]]:
    """Return the changes of one backbone and of everything that reads it, and the notes."""
    before = measure(place.settings, scope)
    original = class_of(place.settings, scope)
    if speaks_resnet(original):
        new, notes = translate(place.settings, original, preset, pretrained=pretrained)
    else:
        new, notes = fit_pyramid(place.settings, before, preset, pretrained=pretrained)
    maps = Maps(before, measure(new, scope))
    if maps.after.sizes != before.sizes:
        raise UserError(
            f'{dotted(place.path)} ({type_name(place.settings)}) gives {before}, and '
            f'{preset.name} {maps.after}: what reads it needs the same strides'
        )
    why = f'{preset.name} in place of {type_name(place.settings)}'
    changes = [Change(place.path, new, why, old=place.settings)]
    if place.outer is not None:
        changes += outer_changes(place.outer, place.path[:-1], maps)
        outer = change_settings(place.outer, place.path[:-1], changes)
        maps = Maps(measure(place.outer, scope), measure(outer, scope))
    head = shared_head_change(place.model, place.model_path, preset, pretrained=pretrained)
    changes += [head] if head else []
    changes += follow(place.model, place.model_path, maps, scope, shared_head=head)
    return changes, notes


def _why_random(preset: Preset) -> str:
    if preset.weights:
        return 'the backbone starts from random values, as the original does'
    return f'the backbone starts from random values: of {preset.name}, {preset.no_weights}'
