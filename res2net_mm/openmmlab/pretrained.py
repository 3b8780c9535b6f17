"""Where a model's first weights come from: published ones, a checkpoint, or none."""

from collections.abc import Iterator

from mmengine.config import Config, ConfigDict
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.errors import UserError


def fetch_pretrained(cfg: Config) -> None:
    """Fetch the pretrained weights the config names, before anything slow begins.

    Raises:
        UserError: A file cannot be had; the message names it, its URL and what to do.
    """
    for part in _parts(cfg.model):
        for init_cfg in _pretrained(part):
            if not isinstance(init_cfg.get('checkpoint'), str):
                raise UserError(
                    f'init_cfg={dict(init_cfg)} needs a checkpoint: a path, an https URL or '
                    'res2net://<preset>'
                )
            CheckpointLoader.load_checkpoint(init_cfg.checkpoint, map_location='cpu')


def drop_pretrained(cfg: Config) -> None:
    """Leave out the pretrained weights, since a checkpoint of the whole model is loaded."""
    for part in _parts(cfg.model):
        if _pretrained(part):
            part.init_cfg = None
        if part.get('pretrained'):
            part.pretrained = None


def start_from_random(cfg: Config) -> list[str]:
    """Leave out the pretrained weights, and unfreeze what would stay random for ever.

    Returns:
        What was changed, a line each.
    """
    drop_pretrained(cfg)
    lines = ['no pretrained weights (--no-pretrained): the model starts from random ones']
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


def _parts(node: ConfigDict) -> Iterator[ConfigDict]:
    """Yield every dict inside the model's config."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _parts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _parts(value)


def _pretrained(part: ConfigDict) -> list[ConfigDict]:
    """Return the init configs of a part that load weights."""
    init_cfg = part.get('init_cfg') or []
    init_cfgs = init_cfg if isinstance(init_cfg, list) else [init_cfg]
    return [cfg for cfg in init_cfgs if cfg.get('type') == 'Pretrained']
