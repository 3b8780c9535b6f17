"""Loss and validation scores of runs over training, from what MMEngine logs in a work directory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure as Plot
from matplotlib.ticker import MaxNLocator

from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.small_multiples import draw_panels
from res2net_mm.report.page.style import make_figure, run_style

PER_ROW = 3  # panels
_NO_SCORES = {'step', 'epoch', 'iter', 'time', 'data_time'}  # what is logged beside scores


@dataclass(frozen=True)
class TrainingLog:
    """What a run logged.

    Attributes:
        loss: (iteration, loss), rising.
        scores: By name without its prefix (``bbox_mAP_s``, ``mIoU``), (epoch or iteration, score),
            rising.
    """

    loss: Sequence[tuple[int, float]]
    scores: Mapping[str, Sequence[tuple[int, float]]]


def read_training_log(work_dir: str | Path) -> TrainingLog | None:
    """Read ``<work_dir>/<time>/vis_data/scalars.json`` of all starts; None where nothing trained.

    Where a run was resumed, or started again, the later start counts from its first step on.
    """
    loss: dict[int, float] = {}
    scores: dict[str, dict[int, float]] = {}
    for file in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        entries = list(_entries(file))
        losses = {e['step']: e['loss'] for e in entries if 'loss' in e and 'step' in e}
        if not losses:
            continue  # a test: its scores belong to no epoch
        loss = _before(min(losses), loss) | losses
        validations = [e for e in entries if 'loss' not in e and 'step' in e]
        if validations or len(loss) == len(losses):
            first = min((e['step'] for e in validations), default=0)
            scores = {key: _before(first, of_key) for key, of_key in scores.items()}
        for entry in validations:
            for key in entry.keys() - _NO_SCORES:
                scores.setdefault(key.rsplit('/', 1)[-1], {})[entry['step']] = entry[key]
    if not loss:
        return None
    return TrainingLog(
        sorted(loss.items()), {key: sorted(of_key.items()) for key, of_key in scores.items()}
    )


def draw_training(
    logs: Sequence[TrainingLog | None],
    wanted: Mapping[str, str],
    names: Sequence[str],
    name: str,
    *,
    scale: float,
) -> Figure | None:
    """Loss, then a panel for each score, a line per run; None where nothing was logged.

    Args:
        logs: Of the runs.
        wanted: Titles of the scores by their names in the log.
        names: Of the runs.
        name: Of the figure.
        scale: What makes the logged scores %.
    """
    there = [key for key in wanted if any(log and log.scores.get(key) for log in logs)]
    if not any(logs):
        return None
    titles = ['loss by iteration', *(wanted[key] for key in there)]

    def draw(plot: Plot) -> None:
        def fill(axes, panel: int) -> None:
            for run, log in enumerate(logs):
                if log is None:
                    continue
                line = log.loss if panel == 0 else log.scores.get(there[panel - 1], ())
                factor = 1 if panel == 0 else scale
                axes.plot(
                    [step for step, _ in line],
                    [factor * value for _, value in line],
                    marker='o' if len(line) < 3 else None,
                    **run_style(run, names[run]),
                )
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            if panel:
                axes.set_ylim(bottom=0)

        draw_panels(plot, titles, fill, x='', y='', shared=False, per_row=PER_ROW)

    return make_figure(
        name,
        draw,
        size=(8, 2.8 * -(-len(titles) // PER_ROW)),
        alt=f'Training loss and validation scores of {", ".join(names)} over training.',
        caption='Loss over iterations; scores over the epochs (or iterations) after which the run '
        'was validated.',
    )


def _before(step: int, logged: Mapping[int, float]) -> dict[int, float]:
    return {at: value for at, value in logged.items() if at < step}


def _entries(file: Path):
    """The lines of the file; one that was cut off when the run ended is left out."""
    for line in file.read_text(encoding='utf-8').splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
