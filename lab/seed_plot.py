"""Runs over seeds as a picture: a dot per run, a line at the mean."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from matplotlib.figure import Figure

from res2net_mm.whole_file import whole_file

from .seed_runs import SeedRun

PICTURE = 'ap_by_size.png'


def write_seed_plot(runs: Sequence[SeedRun], out: Path) -> Path:
    """Draw AP by size of every run, a group of columns per size, and return the picture's path.

    Args:
        runs: Of one or more configs.
        out: Folder for ``ap_by_size.png``.
    """
    configs = list(dict.fromkeys(run.config for run in runs))
    bins = [name for name in runs[0].scores if runs[0].scores[name] is not None]
    figure = Figure(figsize=(8, 4), layout='constrained')
    axes = figure.add_subplot()
    step = 1 / (len(configs) + 1)  # the bins are 1 apart, with a column's gap between them
    for column, config in enumerate(configs):
        colour = f'C{column}'
        for i, name in enumerate(bins):
            scores = [run.scores[name] for run in runs if run.config == config]
            values = [100 * score for score in scores if score is not None]
            at = i + (column - (len(configs) - 1) / 2) * step
            axes.plot([at] * len(values), values, 'o', color=colour, markersize=4)
            label = config if i == 0 else '_'  # not in the legend
            axes.hlines(mean(values), at - step / 3, at + step / 3, color=colour, label=label)
    axes.set_xticks(range(len(bins)), [f'{name}\n{runs[0].objects[name]} objects' for name in bins])
    axes.set_ylabel('AP, %')
    axes.grid(axis='y', alpha=0.3)
    axes.legend(fontsize='small')
    with whole_file(out / PICTURE) as partial:
        figure.savefig(partial, dpi=120)
    return out / PICTURE
