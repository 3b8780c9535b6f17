"""Train configs on the demo set with several seeds and keep what came of each run."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mmengine.config import Config

from res2net_mm.data import draw_demo_set, draw_object_set
from res2net_mm.engine.train import train
from res2net_mm.errors import UserError
from res2net_mm.evaluation.classification import accuracy_metric
from res2net_mm.evaluation.detection import size_metric
from res2net_mm.evaluation.regions import region_size_metric
from res2net_mm.openmmlab.config import load_config
from res2net_mm.whole_file import whole_file


@dataclass(frozen=True)
class Scored:
    """How a kind of model is scored, and on which set it is trained.

    Attributes:
        file: What its metric writes into the work directory.
        part: The part of that file with the scores; None for all of it.
        score: The main score, by its name there.
        objects: What is counted beside it.
        draw: Draws the set that the config's ``data_root`` names; takes ``train_images``.
    """

    file: str
    part: str | None
    score: str
    objects: str
    draw: Callable[..., Path]


METRICS = {
    'res2net_mm.SizeMetric': Scored(size_metric.RESULT_FILE, 'bbox', 'AP', 'boxes', draw_demo_set),
    'res2net_mm.AccuracyMetric': Scored(
        accuracy_metric.RESULT_FILE, None, 'top-1', 'images', draw_object_set
    ),
    'res2net_mm.RegionSizeMetric': Scored(
        region_size_metric.RESULT_FILE, None, 'IoU', 'regions', draw_demo_set
    ),
}


@dataclass(frozen=True)
class SeedRun:
    """What one training gave.

    Attributes:
        config: Name of the config.
        seed: Of the run.
        digest: Of all the config's settings: a run of other settings is another run.
        scores: Main score in 0..1 by size bin, ``all`` among them: AP of detectors, top-1 accuracy
            of classifiers, mIoU of segmenters; None for a bin without ground truth.
        objects: Ground-truth objects, images or regions, by size bin.
    """

    config: str
    seed: int
    digest: str
    scores: dict[str, float | None]
    objects: dict[str, int]


def seed_runs(
    configs: Sequence[str | Path],
    seeds: Sequence[int],
    out: Path,
    data: str | None = None,
    images: int | None = None,
) -> Iterator[SeedRun]:
    """Yield the run of each config with each seed, trained now unless it is kept in ``out``.

    All configs are trained with a seed before the next, so that a comparison that is broken off is
    still one of equals. Without ``data`` the demo set is drawn where ``data_root`` of the configs
    says.

    Args:
        configs: Config files of detectors, classifiers or segmenters.
        seeds: What sets the random numbers of a run.
        out: Folder for a JSON file per finished run, and below it the work directories.
        data: Folder to train on in place of the demo set.
        images: Number of training images to draw; by default as many as the demo set has.

    Raises:
        UserError: A config cannot be had, is not scored by size, has the name of another or no
            ``image_size``, or a kept file is damaged.
    """
    loaded = {path: load_config(path) for path in map(Path, configs)}
    if len({path.stem for path in loaded}) < len(configs):
        raise UserError(f'configs {", ".join(map(str, configs))}: each needs a name of its own')
    for path, cfg in loaded.items():
        metric = cfg.get('val_evaluator', {}).get('type')
        if metric not in METRICS:
            known = ' or '.join(METRICS)
            raise UserError(f'config {path} is scored by {metric}, not by {known}')
        if 'image_size' not in cfg:
            raise UserError(f'config {path} sets no image_size=(width, height) to count GFLOPs at')
    for seed in dict.fromkeys(seeds):
        for path, cfg in loaded.items():
            digest = _digest(cfg, data, images)
            kept = _kept(_file(path, seed, out), digest)
            yield kept or _trained(path, cfg, seed, out, digest, data, images)


def _file(path: Path, seed: int, out: Path) -> Path:
    return out / f'{path.stem}_seed{seed}.json'


def _digest(cfg: Config, data: str | None, images: int | None) -> str:
    settings = {key: value for key, value in cfg.to_dict().items() if key != 'work_dir'}
    trained_on = images if data is None else str(Path(data).resolve())
    told = repr(settings) if trained_on is None else repr((settings, trained_on))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _kept(file: Path, digest: str) -> SeedRun | None:
    """Return the run if it was finished before, with these settings."""
    if not file.is_file():
        return None
    try:
        run = SeedRun(**json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise UserError(f'{file} does not hold a finished run: {error}; remove it') from error
    return run if run.digest == digest else None


def _trained(
    path: Path,
    cfg: Config,
    seed: int,
    out: Path,
    digest: str,
    data: str | None,
    images: int | None,
) -> SeedRun:
    scored = METRICS[cfg.val_evaluator.type]
    if data is None:
        scored.draw(cfg.data_root, **({} if images is None else {'train_images': images}))
    work_dir = out / f'{path.stem}_seed{seed}'
    train(path, data=data, work_dir=work_dir, cfg_options={'randomness.seed': seed})
    result = json.loads((work_dir / scored.file).read_text())  # of the last epoch
    result = result if scored.part is None else result[scored.part]
    run = SeedRun(
        path.stem,
        seed,
        digest,
        scores={scores['bin']: scores[scored.score] for scores in result['scores']},
        objects={scores['bin']: scores[scored.objects] for scores in result['scores']},
    )
    with whole_file(_file(path, seed, out)) as partial:
        partial.write_text(json.dumps(asdict(run), indent=2) + '\n')
    return run
