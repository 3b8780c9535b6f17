"""The section of a report on saliency maps: scores, curves against size, training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results
from res2net_mm.evaluation.saliency import read_saliency, score_saliency
from res2net_mm.evaluation.saliency.saliency_result import describe_saliency
from res2net_mm.evaluation.saliency.saliency_scores import SaliencyMeans, average
from res2net_mm.evaluation.saliency.saliency_set import SaliencySet
from res2net_mm.evaluation.saliency.saliency_size_metric import MEASURE_FILE, RESULT_FILE
from res2net_mm.evaluation.size_bins import SizeBin, read_bins
from res2net_mm.report.by_size.size_curve import slide_bin
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.verdict import SALIENCY
from res2net_mm.report.page.parts import Part, Section
from res2net_mm.report.runs import Models, Run, name_runs
from res2net_mm.report.training import read_training_log, training_parts

KIND = 'saliency'


@dataclass(frozen=True, eq=False)
class SaliencyRun(Run):
    """A run of a salient object detector."""

    measured: SaliencySet


def are_of_saliency(paths: Sequence[str | Path]) -> bool:
    """Return whether the runs are of salient object detectors; refuse runs of several kinds."""
    held = [(Path(path) / MEASURE_FILE).is_file() for path in paths]
    if any(held) and not all(held):
        raise UserError(
            f'{paths[held.index(True)]} holds scores of saliency maps and '
            f'{paths[held.index(False)]} none: runs of one kind can be compared'
        )
    return any(held)


def read_saliency_runs(
    paths: Sequence[str | Path], *, names: Sequence[str] | None = None
) -> list[SaliencyRun]:
    """Read work directories that SaliencySizeMetric was run in.

    Raises:
        UserError: If they cannot be read.
    """
    return [
        SaliencyRun(
            name=name,
            options={'bins': read_bins(path / RESULT_FILE)},
            log=read_training_log(path),
            measured=read_saliency(path / MEASURE_FILE),
        )
        for path, name in name_runs(paths, names)
    ]


def saliency_section(
    runs: Sequence[SaliencyRun],
    models: Models,
    options: Mapping[str, Any],
    draws: Mapping[str, Any],
    say: Callable[[str], None],
) -> tuple[Section, list[Part], list[str]]:
    """Compare models on saliency maps; return the section, parts on training, and notes.

    ``options`` are those of ``score_saliency``, ``draws`` those of ``compare_results``.
    """
    for run in runs:
        say(f'{run.name}: scoring {len(run.measured.images)} saliency maps')
    results = [score_saliency(run.measured, **options) for run in runs]
    first, sizes = results[0], results[0].size_bins
    baseline, *others = models.split(results)
    comparisons = [compare_results(baseline, other, **draws) for other in others]
    relative = bool(sizes) and sizes[0].relative
    measured = runs[0].measured
    areas = measured.salient / measured.area if relative else measured.salient

    def score(bins: tuple[SizeBin, ...]) -> list[SaliencyMeans]:
        return [average(run.measured, bins) for run in runs]

    section = size_section(
        KIND,
        'Salient objects',
        describe_saliency(first),
        names=models.names,
        comparisons=comparisons,
        curve=slide_bin(
            areas, score, relative=relative, terms=SALIENCY, models=models.runs, **draws
        ),
        shown=(),
    )
    logs = {run.name: run.log for run in runs}
    training = training_parts('Training', KIND, logs, sizes, key='maxF', score='max F', scale=100)
    return section, training, list(first.notes)
