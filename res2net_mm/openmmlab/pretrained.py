"""Where a model's first weights come from: published ones, a checkpoint, or none."""

from typing import Any

from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.errors import UserError, argument

from .edit import walk


def fetch_pretrained(cfg: Config) -> None:
    """Fetch the pretrained weights that a config names, before anything slow begins.

    Raises:
        UserError: A file cannot be fetched; the message names it, its URL and what to do.
    """
    for part in walk(cfg.model):
        for init_cfg in _pretrained(part):
            if not isinstance(init_cfg.get('checkpoint'), str):
                raise UserError(
                    f'init_cfg={dict(init_cfg)} needs a checkpoint: a path, an https URL or '
                    'res2net://<preset>'
                )
            CheckpointLoader.load_checkpoint(init_cfg['checkpoint'], map_location='cpu')


def drop_pretrained(cfg: Config) -> None:
    """Remove the pretrained weights from a config, since a checkpoint of the model is loaded."""
    for part in walk(cfg.model):
        if _pretrained(part):
            part['init_cfg'] = None
        if part.get('pretrained'):
            part['pretrained'] = None


def start_from_random(cfg: Config) -> list[str]:
    """Remove the pretrained weights, and let everything train that would stay random.

    Returns:
        What was changed, a line each.
    """
    drop_pretrained(cfg)
    given = argument('pretrained', False)
    lines = [f'no pretrained weights ({given}): the model starts from random ones']
    backbone = cfg.model.backbone
    if backbone.get('frozen_stages', -1) >= 0:
        lines.append(f'frozen_stages: {backbone.frozen_stages} -> -1 (nothing frozen)')
        backbone.frozen_stages = -1
    if backbone.get('norm_eval'):
        lines.append('norm_eval: True -> False (norms gather statistics)')
        backbone.norm_eval = False
    if not backbone.get('norm_cfg', {}).get('requires_grad', True):
        lines.append('norm_cfg.requires_grad: False -> True (norms train)')
        backbone.norm_cfg.requires_grad = True
    return lines


def _pretrained(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of a part's ``init_cfg`` that load weights."""
    init_cfg = part.get('init_cfg') or []
    init_cfgs = init_cfg if isinstance(init_cfg, list) else [init_cfg]
    return [cfg for cfg in init_cfgs if cfg.get('type') == 'Pretrained']
