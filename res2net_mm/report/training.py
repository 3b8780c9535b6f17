"""Loss and validation scores over training: what MMEngine logged in a work directory, as plots."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from res2net_mm.evaluation.size_bins import SizeBin, short_name
from res2net_mm.report.page.parts import Part
from res2net_mm.report.page.plots import make_panels, run_style

_NO_SCORES = {'step', 'epoch', 'iter', 'time', 'data_time'}  # what is logged beside scores


@dataclass(frozen=True)
class TrainingLog:
    """Loss and validation scores over training."""

    loss: Sequence[tuple[int, float]]  # (iteration, loss), in rising order
    # (epoch or iteration, score) by name without prefix.
    scores: Mapping[str, Sequence[tuple[int, float]]]


def read_training_log(work_dir: str | Path) -> TrainingLog | None:
    """Read ``<work_dir>/<time>/vis_data/scalars.json`` of every start; None without training.

    Where training was resumed or started again, the later start replaces what was logged from its
    first step on.
    """
    loss: dict[int, float] = {}
    scores: dict[str, dict[int, float]] = {}
    for file in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        entries = [entry for entry in _entries(file) if 'step' in entry]
        losses = {entry['step']: entry['loss'] for entry in entries if 'loss' in entry}
        if not losses:
            continue  # a test, whose scores belong to no epoch
        loss = _before(min(losses), loss) | losses
        validations = [entry for entry in entries if 'loss' not in entry]
        if validations or len(loss) == len(losses):
            first = min((entry['step'] for entry in validations), default=0)
            scores = {key: _before(first, of_key) for key, of_key in scores.items()}
        for entry in validations:
            for key in entry.keys() - _NO_SCORES:
                scores.setdefault(key.rsplit('/', 1)[-1], {})[entry['step']] = entry[key]
    if not loss:
        return None
    return TrainingLog(
        sorted(loss.items()), {key: sorted(of_key.items()) for key, of_key in scores.items()}
    )


def training_parts(
    title: str,
    kind: str,
    logs: Mapping[str, TrainingLog | None],
    bins: Sequence[SizeBin],
    *,
    key: str,
    score: str,
    scale: float,
    bin_key: Callable[[str, SizeBin], str] = lambda key, size: f'{key}_{short_name(size)}',
) -> list[Part]:
    """Return a part with a panel for the loss and for each score; none if nothing was logged.

    ``logs`` are by name of the run, ``kind`` is the name of their section. ``key`` is the name of
    the score in a log, ``bin_key(key, size)`` its name in a bin; ``score`` is its title, ``scale``
    makes it %.
    """
    if not any(logs.values()):
        return []
    titles = {key: f'{score}, %, all sizes'}
    titles |= {bin_key(key, size): f'{score}, %, {size.name}' for size in bins}
    logged = [k for k in titles if any(log and log.scores.get(k) for log in logs.values())]

    def fill(axes: Axes, panel: int) -> None:
        for run, (name, log) in enumerate(logs.items()):
            if log is None:
                continue
            line = log.scores.get(logged[panel - 1], ()) if panel else log.loss
            factor = scale if panel else 1
            axes.plot(
                [step for step, _ in line],
                [factor * value for _, value in line],
                marker='o' if len(line) < 3 else None,
                **run_style(run, name),
            )
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        if panel:
            axes.set_ylim(bottom=0)

    figure = make_panels(
        f'training_{kind}',
        ['loss by iteration', *(titles[k] for k in logged)],
        fill,
        shared=False,
        per_row=3,
        height=2.8,
        alt=f'Training loss and validation scores of {", ".join(logs)} over training.',
        caption='Loss over iterations; scores over the epochs (or iterations) after which the run '
        'was validated.',
    )
    return [Part(title, figures=[figure])]


def _before(step: int, logged: Mapping[int, float]) -> dict[int, float]:
    return {at: value for at, value in logged.items() if at < step}


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a log without a line that was cut off when the run ended."""
    for line in file.read_text(encoding='utf-8').splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
