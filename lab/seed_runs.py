"""Train configs on the demo set with several seeds and keep what came of each run."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mmengine.config import Config

from res2net_mm.data import draw_demo_set
from res2net_mm.engine.train import train
from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.size_metric import RESULT_FILE
from res2net_mm.openmmlab.config import load_config
from res2net_mm.whole_file import whole_file


@dataclass(frozen=True)
class SeedRun:
    """What one training gave.

    Attributes:
        config: Name of the config.
        seed: Of the run.
        digest: Of all the config's settings: a run of other settings is another run.
        ap: Average precision in 0..1 by size bin, ``all`` among them; None for a bin without
            ground truth.
        boxes: Ground-truth objects by size bin.
    """

    config: str
    seed: int
    digest: str
    ap: dict[str, float | None]
    boxes: dict[str, int]


def seed_runs(configs: Sequence[str | Path], seeds: Sequence[int], out: Path) -> Iterator[SeedRun]:
    """Yield the run of each config with each seed, trained now unless it is kept in ``out``.

    All configs are trained with a seed before the next, so that a comparison that is broken off is
    still one of equals. The demo set is drawn where the configs' ``data_root`` says.

    Args:
        configs: Config files of detectors.
        seeds: What sets the random numbers of a run.
        out: Folder for a JSON file per finished run, and below it the work directories.

    Raises:
        UserError: A config cannot be had, is not scored by size, has the name of another or no
            ``image_size``, or a kept file is damaged.
    """
    loaded = {path: load_config(path) for path in map(Path, configs)}
    if len({path.stem for path in loaded}) < len(configs):
        raise UserError(f'configs {", ".join(map(str, configs))}: each needs a name of its own')
    for path, cfg in loaded.items():
        metric = cfg.get('val_evaluator', {}).get('type')
        if metric != 'res2net_mm.SizeMetric':
            raise UserError(f'config {path} is scored by {metric}, not by res2net_mm.SizeMetric')
        if 'image_size' not in cfg:
            raise UserError(f'config {path} sets no image_size=(width, height) to count GFLOPs at')
    for seed in dict.fromkeys(seeds):
        for path, cfg in loaded.items():
            yield _kept(path, cfg, seed, out) or _trained(path, cfg, seed, out)


def _file(path: Path, seed: int, out: Path) -> Path:
    return out / f'{path.stem}_seed{seed}.json'


def _digest(cfg: Config) -> str:
    settings = {key: value for key, value in cfg.to_dict().items() if key != 'work_dir'}
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]


def _kept(path: Path, cfg: Config, seed: int, out: Path) -> SeedRun | None:
    """Return the run if it was finished before, with these settings."""
    file = _file(path, seed, out)
    if not file.is_file():
        return None
    try:
        run = SeedRun(**json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise UserError(f'{file} does not hold a finished run: {error}; remove it') from error
    return run if run.digest == _digest(cfg) else None


def _trained(path: Path, cfg: Config, seed: int, out: Path) -> SeedRun:
    draw_demo_set(cfg.data_root)
    work_dir = out / f'{path.stem}_seed{seed}'
    train(path, work_dir=work_dir, cfg_options={'randomness.seed': seed})
    result = json.loads((work_dir / RESULT_FILE).read_text())['bbox']  # of the last epoch
    run = SeedRun(
        path.stem,
        seed,
        _digest(cfg),
        ap={scores['bin']: scores['AP'] for scores in result['scores']},
        boxes={scores['bin']: scores['boxes'] for scores in result['scores']},
    )
    with whole_file(_file(path, seed, out)) as partial:
        partial.write_text(json.dumps(asdict(run), indent=2) + '\n')
    return run
