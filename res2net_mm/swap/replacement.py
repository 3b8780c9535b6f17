"""Replace the backbones of a config and change what reads them."""

from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import class_of, dotted, type_name
from res2net_mm.presets import Preset, find

from . import Swap
from .adaptation import adapt
from .change import Change, apply
from .channels import follow, outer_changes
from .origin import normalisation_changes, origin_changes, starts_from_weights
from .places import Place, find_places
from .pyramid import Maps, measure
from .translation import fit_pyramid, shared_head_change, speaks_resnet, translate
from .whole_model import check_swapped


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
        why = ', as the original does' if network.weights else None
        why = why or f': of {network.name}, {network.no_weights}'
        notes.append(f'the backbone starts from random values{why}')
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
        use, notes = translate(place.settings, original)
    else:
        use, notes = fit_pyramid(place.settings, before)
    new, lost = adapt(use, preset, original=place.settings, pretrained=pretrained)
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
        outer = apply(place.outer, changes, path=place.path[:-1])
        maps = Maps(measure(place.outer, scope), measure(outer, scope))
    head = shared_head_change(place.model, place.model_path, preset, pretrained=pretrained)
    changes += [head] if head else []
    changes += follow(place.model, place.model_path, maps, scope, shared_head=head)
    return changes, notes + lost
