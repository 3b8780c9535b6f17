"""Train light networks of equal cost and different scale, and ask whether scale pays, by size.

    python -m lab.scale_study detection
    python -m lab.scale_study classification --images 800 --length 3
    python -m lab.scale_study segmentation --data DIR --networks 65w1s 26w4s --out DIR

One family has backbones of the parameters and multiply-adds of 26w4s, within 3 %, at s = 1 (the
plain bottleneck), 2, 3, 4, 6 and 8 (paper table 3). The other spends the same extra cost on more
scale, more width or more depth (paper figure 5). Each network is trained with each seed; finished
runs are kept in the output folder and not trained again. The folder gets `table.md`, `scale.json`
and `scale.png`.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import stdtrit

from res2net_mm.benchmark.complexity import measure_complexity
from res2net_mm.errors import UserError, exit_on_user_error
from res2net_mm.openmmlab.config import load_config
from res2net_mm.tables import percent
from res2net_mm.whole_file import whole_file, write_json_file

from .seed_runs import SeedRun, seed_runs

CONFIGS = Path(__file__).parents[1] / 'configs'
TASKS = {
    'detection': 'faster_rcnn_r2n_light_fpn_demo.py',
    'classification': 'r2n_light_demo.py',
    'segmentation': 'deeplabv3plus_r2n_light_demo.py',
}
SHAPE: dict[str, Any] = dict(stage_blocks=(2, 2, 2, 2), base_channels=32)
REFERENCE = '26w4s'
# Name -> scales and width of the family of equal cost.
EQUAL = {'65w1s': 1, '48w2s': 2, '34w3s': 3, REFERENCE: 4, '18w6s': 6, '14w8s': 8}
# What the extra cost is spent on -> the network; all three cost the same, within 3 %.
EXTRA: dict[str, dict[str, Any]] = {
    'scale': dict(base_width=26, scales=6),
    'width': dict(base_width=36, scales=4),
    'depth': dict(base_width=26, scales=4, stage_blocks=(3, 4, 3, 3)),
}
LEVEL = 0.95


def networks() -> dict[str, dict[str, Any]]:
    """Return the arguments of each network's backbone by its name."""
    equal = {
        name: dict(base_width=int(name.partition('w')[0]), scales=scales)
        for name, scales in EQUAL.items()
    }
    extra = {f'more {what}': arguments for what, arguments in EXTRA.items()}
    return {name: SHAPE | arguments for name, arguments in (equal | extra).items()}


def write_configs(
    task: str, names: Sequence[str], folder: Path, settings: Mapping[str, Any]
) -> dict[str, Path]:
    """Write a config for each of a task's networks and return the files by the networks' names.

    ``settings`` override those of the task's config.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name in names:
        files[name] = folder / f'{_stem(name)}.py'
        backbone = {f'model.backbone.{key}': value for key, value in networks()[name].items()}
        options = {**settings, 'model.backbone.preset': None, **backbone}
        cfg = load_config(CONFIGS / TASKS[task], cfg_options=options)
        with whole_file(files[name]) as partial:
            partial.write_text(cfg.pretty_text)
    return files


def training(
    task: str, length: int | None, images: int | None, image_size: int | None
) -> dict[str, Any]:
    """Return the settings that make a task's training as long and its images as large as asked.

    Args:
        task: One of ``TASKS``.
        length: Epochs, or iterations where the task's config counts those. The model is then
            validated at the end only.
        images: Number of training images, where it is asked for: the warm-up takes at most a tenth
            of the training on so many.
        image_size: Longer side in px of the images that a detector is trained and tested on.

    Raises:
        UserError: An image size for a task other than detection.
    """
    cfg = load_config(CONFIGS / TASKS[task])
    settings: dict[str, Any] = {}
    if length is not None:
        warm_up, decay = cfg.param_scheduler
        by_epoch = 'max_epochs' in cfg.train_cfg
        if images is not None:
            iterations = images * length // cfg.train_dataloader.batch_size if by_epoch else length
            warm_up.end = min(warm_up.end, max(1, iterations // 10))
        settings = {
            f'train_cfg.max_{"epochs" if by_epoch else "iters"}': length,
            'train_cfg.val_interval': length,
            'param_scheduler': [warm_up, {**decay, 'end': length}],
        }
    if image_size is not None:
        if task != 'detection':
            raise UserError(f'--image-size {image_size} is for detection, not for {task}')
        scale = (image_size, image_size)
        pipeline = cfg.train_dataloader.dataset.pipeline
        resize = dict(type='Resize', scale=scale, keep_ratio=True)
        settings |= {
            'image_size': scale,
            'train_dataloader.dataset.pipeline': [*pipeline[:2], resize, *pipeline[2:]],
            'val_dataloader.dataset.pipeline.1.scale': scale,
            'test_dataloader.dataset.pipeline.1.scale': scale,
        }
    return settings


@dataclass(frozen=True)
class Mean:
    """Mean over seeds, and half the width of its interval (None with a single seed)."""

    value: float
    half: float | None

    def __str__(self) -> str:
        return f'{self.value:.1f}' + ('' if self.half is None else f' ± {self.half:.1f}')

    def per(self, cost: float) -> 'Mean':
        """Return the mean per unit of a cost."""
        return Mean(self.value / cost, None if self.half is None else self.half / cost)


def over_seeds(values: Sequence[float]) -> Mean:
    """Return the mean in % and its 95 % interval by Student's t, of values in 0..1."""
    n = len(values)
    half = None
    if n > 1:
        half = 100 * float(stdtrit(n - 1, (1 + LEVEL) / 2)) * stdev(values) / n**0.5
    return Mean(100 * mean(values), half)


def summarise(runs: Sequence[SeedRun], costs: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return what the runs say, as JSON values.

    ``costs`` are million parameters and GFLOPs of the whole model by network. A gain is paired:
    each seed of a network with the same seed of the reference.
    """
    by_name = {name: {r.seed: r for r in runs if r.config == _stem(name)} for name in costs}
    reference = by_name[REFERENCE]
    bins = [name for name, score in runs[0].scores.items() if score is not None]
    told = {}
    for name, of_seeds in by_name.items():
        params, gflops = costs[name]
        scores = {b: over_seeds([r.scores[b] or 0 for r in of_seeds.values()]) for b in bins}
        gains = {
            b: over_seeds(
                [
                    (r.scores[b] or 0) - (reference[seed].scores[b] or 0)
                    for seed, r in of_seeds.items()
                ]
            )
            for b in bins
        }
        told[name] = {
            'params': params,
            'gflops': gflops,
            'scores': {b: vars(scores[b]) for b in bins},
            'gains': {b: vars(gains[b]) for b in bins},
        }
    seeds = sorted({run.seed for run in runs})
    return {'reference': REFERENCE, 'seeds': seeds, 'objects': runs[0].objects, 'networks': told}


def write_table(told: Mapping[str, Any], out: Path) -> str:
    """Return the table of a summary in Markdown and write it to ``out``."""
    bins = list(told['networks'][REFERENCE]['scores'])
    heads = ['network', 'params, M', 'GFLOPs', *bins]
    heads += [f'gain over {REFERENCE}, all', 'gain per extra GFLOP, all']
    lines = ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|']
    for name, row in told['networks'].items():
        cells = [str(Mean(**row['scores'][b])) for b in bins]
        gain = Mean(**row['gains']['all'])
        spent = row['gflops'] - told['networks'][REFERENCE]['gflops']
        more = name.startswith('more')
        per_gflop = str(gain.per(spent)) if more else ''
        of_reference = '' if name == REFERENCE else str(gain)
        cost = [f'{row["params"]:.2f}', f'{row["gflops"]:.3f}']
        lines.append('| ' + ' | '.join([name, *cost, *cells, of_reference, per_gflop]) + ' |')
    objects = ', '.join(f'{told["objects"][b]} {b}' for b in bins)
    seeds = ', '.join(map(str, told['seeds']))
    lines += [
        '',
        f'Main score in % by size ({objects}), mean over seeds {seeds} with the 95 % interval of '
        "Student's t; gains are paired by seed.",
    ]
    text = '\n'.join(lines) + '\n'
    with whole_file(out / 'table.md') as partial:
        partial.write_text(text)
    return text


def draw(told: Mapping[str, Any], out: Path) -> Path:
    """Draw score by size against s, and the gain of each way to spend more; return the picture."""
    rows, bins = told['networks'], list(told['networks'][REFERENCE]['scores'])
    equal = {name: scales for name, scales in EQUAL.items() if name in rows}
    extra = [f'more {what}' for what in EXTRA if f'more {what}' in rows]
    figure = Figure(figsize=(9, 4), layout='constrained')
    panels = figure.subplots(1, 1 + bool(extra), squeeze=False)[0]  # gains only where there are
    left = panels[0]
    for number, size in enumerate(bins):
        aside = 0.12 * (number - (len(bins) - 1) / 2)  # so that the intervals can be told apart
        scores = [Mean(**rows[name]['scores'][size]) for name in equal]
        _errorbar(left, [s + aside for s in equal.values()], scores, f'C{number}', size)
        for right in panels[1:]:
            gains = [Mean(**rows[name]['gains'][size]) for name in extra]
            places = [place + aside for place in range(len(extra))]
            _errorbar(right, places, gains, f'C{number}', size, line='none')
    left.set_xlabel('scales s, at equal cost')
    left.set_ylabel('main score, %')
    left.set_xticks(list(equal.values()))
    for right in panels[1:]:
        right.set_xticks(range(len(extra)), extra)
        right.set_ylabel(f'gain over {REFERENCE}, points')
        right.axhline(0, color='grey', linewidth=1)
    left.legend(fontsize='small')
    with whole_file(out / 'scale.png') as partial:
        figure.savefig(partial, dpi=120)
    return out / 'scale.png'


def _errorbar(
    axes: Axes,
    at: Sequence[float],
    values: Sequence[Mean],
    colour: str,
    label: str,
    line: str = '-',
) -> None:
    middle, half = [v.value for v in values], [v.half or 0 for v in values]
    axes.errorbar(
        at, middle, half, color=colour, label=label, marker='o', linestyle=line, capsize=3
    )
    axes.grid(axis='y', alpha=0.3)


def _stem(name: str) -> str:
    return name.replace(' ', '_')


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('task', choices=TASKS)
    parser.add_argument('--data', metavar='DIR', help='folder to train on; default the demo set')
    parser.add_argument(
        '--images', type=int, help="draw so many training images; default the demo's"
    )
    parser.add_argument(
        '--length', type=int, help='epochs of a training (segmentation: iterations)'
    )
    parser.add_argument('--image-size', type=int, metavar='PX', help='longer side (detection only)')
    parser.add_argument(
        '--networks',
        nargs='+',
        default=list(networks()),
        choices=networks(),
        help=f'which to train, {REFERENCE} among them; default all',
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('-o', '--out', type=Path, help='default work_dirs/scale_<task>')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    args = parse_args(arguments)
    with exit_on_user_error(debug=args.debug):
        if REFERENCE not in args.networks:
            raise UserError(f'--networks {" ".join(args.networks)}: {REFERENCE} must be among them')
        out = args.out or Path('work_dirs') / f'scale_{args.task}'
        settings = training(args.task, args.length, args.images, args.image_size)
        files = write_configs(args.task, args.networks, out / 'configs', settings)
        costs = {}
        for name, file in files.items():
            cfg = load_config(file)
            width, height = cfg.image_size
            cost = measure_complexity(cfg, (height, width))
            costs[name] = cost.params, cost.gflops
        runs, total = [], len(files) * len(set(args.seeds))
        for run in seed_runs(list(files.values()), args.seeds, out, args.data, args.images):
            runs.append(run)
            score = percent(run.scores['all'], 'none')
            print(f'{len(runs)}/{total} {run.config}, seed {run.seed}: {score}', flush=True)
        told = summarise(runs, costs)
        write_json_file(told, out / 'scale.json')
        print(f'\n{write_table(told, out)}')
        print(f'picture: {draw(told, out)}')


if __name__ == '__main__':
    main()
