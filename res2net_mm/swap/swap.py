"""Put a Res2Net into any config of MMDetection, MMSegmentation or MMPretrain."""

from dataclasses import dataclass
from pathlib import Path as File

from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.presets import Preset, find

from .arguments import speaks_resnet, translate
from .change import Change, apply, change_settings, dotted
from .channels import follow
from .four_stages import fit_pyramid
from .origin import origin_changes, starts_from_weights
from .outer_backbone import outer_changes
from .places import Place, find_places, type_name
from .preprocessing import normalisation_changes
from .pyramid import Maps, class_of, measure
from .shared_head import shared_head_change
from .whole_model import check_swapped
from .written import config_text, write


@dataclass(frozen=True)
class Swap:
    """What :func:`swap` did.

    Attributes:
        config: The config with the new backbone.
        preset: The network that was put in.
        changes: What differs from the original.
        notes: What could not stay as it was, and what stays beside the backbone; a line each.
        source: The original's file, or None if it came from none.
    """

    config: Config
    preset: Preset
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    source: File | None

    def __str__(self) -> str:
        return '\n'.join([*map(str, self.changes), *self.notes])

    def write(self, file: str | File, *, overwrite: bool = False) -> File:
        """Write a config that inherits the original and says what differs, and return its path.

        Raises:
            UserError: The file exists and is not to be overwritten, or the original has no file.
        """
        file = File(file)
        write(config_text(self, file.parent), file, overwrite=overwrite)
        return file


def swap(cfg: Config, preset: str, *, check: bool = True) -> Swap:
    """Replace the backbone of a config by a Res2Net, keeping what the original meant.

    Every ``in_channels`` that reads the backbone follows the shapes the new one really gives.

    Args:
        cfg: A loaded config; it is not changed.
        preset: Name or alias of a preset.
        check: Whether to build the whole model and run it on a small image.

    Raises:
        UserError: The preset is unknown, or the config cannot be swapped; the message says why.
    """
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
    source = File(cfg.filename) if cfg.filename else None
    return Swap(swapped, network, tuple(changes), tuple(notes), source)


def _swap_place(
    place: Place, preset: Preset, scope: str, *, pretrained: bool
) -> tuple[list[Change], list[str]]:
    """Return the changes of one backbone and of all that reads it."""
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
