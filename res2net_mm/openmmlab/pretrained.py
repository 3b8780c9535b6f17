"""Where a model's first weights come from: published ones, a checkpoint, or none."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.errors import UserError, argument

from .edit import type_name, walk


def fetch_pretrained(cfg: Config) -> None:
    """Fetch the pretrained weights that a config names; UserError says how to get them else."""
    for part in walk(cfg.model):
        for init_cfg in loading_entries(part):
            if not isinstance(init_cfg.get('checkpoint'), str):
                raise UserError(
                    f'init_cfg={dict(init_cfg)} needs a checkpoint: a path, an https URL, '
                    'res2net://<preset> or hf://<owner>/<repository>/<file>'
                )
            CheckpointLoader.load_checkpoint(init_cfg['checkpoint'], map_location='cpu')


def drop_pretrained(cfg: Config) -> None:
    """Remove the pretrained weights from a config, since a checkpoint of the model is loaded."""
    for part in walk(cfg.model):
        if loading_entries(part):
            part['init_cfg'] = None
        if part.get('pretrained'):
            part['pretrained'] = None


def start_from_random(cfg: Config) -> list[str]:
    """Remove the pretrained weights, let all train that would stay random; return the changes."""
    drop_pretrained(cfg)
    given = argument('pretrained', False)
    said = f'no pretrained weights ({given}): the model starts from random ones'
    return [said, *unfreeze(cfg.model.backbone)]


def unfreeze(backbone: dict[str, Any], *, statistics: bool = True) -> list[str]:
    """Let a backbone with random weights train, in place, and return what changed, a line each.

    With ``statistics`` its norms gather theirs, too.
    """
    lines = []
    why = 'random weights have to train'
    if backbone.get('frozen_stages', -1) >= 0:
        lines.append(f'frozen_stages: {backbone["frozen_stages"]} -> -1 ({why})')
        backbone['frozen_stages'] = -1
    if statistics and backbone.get('norm_eval'):
        lines.append('norm_eval: True -> False (new norms have to gather statistics)')
        backbone['norm_eval'] = False
    if not backbone.get('norm_cfg', {}).get('requires_grad', True):
        lines.append(f'norm_cfg.requires_grad: False -> True ({why})')
        backbone['norm_cfg'] = {**backbone['norm_cfg'], 'requires_grad': True}
    return lines


def loading_entries(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of a part's ``init_cfg`` that load weights from a file."""
    init_cfg = part.get('init_cfg') or []
    entries = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    entries = [entry for entry in entries if isinstance(entry, Mapping)]
    return [e for e in entries if 'checkpoint' in e or type_name(e).startswith('Pretrained')]
