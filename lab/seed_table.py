"""Runs over seeds as a table: what each config costs and its AP by size, mean and spread."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope

from res2net_mm.benchmark.complexity import measure_complexity
from res2net_mm.openmmlab.config import load_config
from res2net_mm.whole_file import whole_file

from .seed_runs import SeedRun

TABLE = 'table.md'


def write_seed_table(configs: Sequence[str | Path], runs: Sequence[SeedRun], out: Path) -> str:
    """Return the table of some configs in Markdown and write it to ``out``.

    Args:
        configs: The configs, a row each.
        runs: Their runs.
        out: Folder for ``table.md``.
    """
    seeds = sorted({run.seed for run in runs})
    bins = list(runs[0].scores)
    boxes = ', '.join(f'{runs[0].objects[name]} {name}' for name in bins)
    rows = [_row(Path(path), runs, bins) for path in configs]
    heads = ['config', 'neck, K', 'detector, M', 'GFLOPs', *(f'AP {name}' for name in bins)]
    lines = [
        '| ' + ' | '.join(heads) + ' |',
        '|---' * len(heads) + '|',
        *('| ' + ' | '.join(row) + ' |' for row in rows),
        '',
        'Parameters of the neck and of the whole detector; GFLOPs of the detector for one image; '
        f'AP in %, mean ± standard deviation of seeds {", ".join(map(str, seeds))}; objects: '
        f'{boxes}.',
    ]
    text = '\n'.join(lines) + '\n'
    with whole_file(out / TABLE) as partial:
        partial.write_text(text)
    return text


def _row(path: Path, runs: Sequence[SeedRun], bins: Sequence[str]) -> list[str]:
    cfg = load_config(path)
    width, height = cfg.image_size
    cost = measure_complexity(cfg, (height, width))
    of_config = [run for run in runs if run.config == path.stem]
    scores = [_spread([run.scores[name] for run in of_config]) for name in bins]
    neck = f'{_neck_parameters(cfg) / 1e3:.1f}'
    return [path.stem, neck, f'{cost.params:.2f}', f'{cost.gflops:.2f}', *scores]


def _neck_parameters(cfg: Config) -> int:
    with DefaultScope.overwrite_default_scope(cfg.default_scope), torch.device('meta'):
        return sum(p.numel() for p in MODELS.build(cfg.model.neck).parameters())


def _spread(values: Sequence[float | None]) -> str:
    """Return mean and sample standard deviation in %, if there is a value in every run."""
    percent = [100 * value for value in values if value is not None]
    if len(percent) < len(values):
        return 'no boxes'
    spread = f' ± {stdev(percent):.1f}' if len(percent) > 1 else ''
    return f'{mean(percent):.1f}{spread}'
