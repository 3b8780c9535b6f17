"""The section of a report on saliency maps: scores, curves against size, training."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.evaluation.saliency import read_saliency, score_saliency
from res2net_mm.evaluation.saliency.saliency_result import describe_saliency
from res2net_mm.evaluation.saliency.saliency_scores import SaliencyMeans, average
from res2net_mm.evaluation.saliency.saliency_set import SaliencySet
from res2net_mm.evaluation.saliency.saliency_size_metric import MEASURE_FILE, RESULT_FILE
from res2net_mm.evaluation.size_bins import SizeBin
from res2net_mm.report.by_size.size_curve import slide_bin
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.verdict import SALIENCY
from res2net_mm.report.page.parts import Part, Section
from res2net_mm.report.runs import KeptRun, Models, read_kept_runs
from res2net_mm.report.training import training_parts

KIND = 'saliency'


def read_saliency_runs(
    paths: Sequence[str | Path], names: Sequence[str] | None = None
) -> list[KeptRun[SaliencySet]]:
    """Read work directories that SaliencySizeMetric was run in; UserError if they are damaged."""
    return read_kept_runs(
        paths, names, RESULT_FILE, lambda folder: read_saliency(folder / MEASURE_FILE)
    )


def saliency_section(
    runs: Sequence[KeptRun[SaliencySet]],
    models: Models,
    options: Mapping[str, Any],
    draws: Mapping[str, Any],
    say: Callable[[str], None],
) -> tuple[Section, list[Part], list[str]]:
    """Compare models on saliency maps; return the section, parts on training, and notes.

    ``options`` are those of ``score_saliency``, ``draws`` those of ``compare_results``.
    """
    for run in runs:
        say(f'{run.name}: scoring {len(run.kept.images)} saliency maps')
    results = [score_saliency(run.kept, **options) for run in runs]
    first, sizes = results[0], results[0].size_bins
    relative = bool(sizes) and sizes[0].relative
    measured = runs[0].kept
    areas = measured.salient / measured.area if relative else measured.salient

    def score(bins: tuple[SizeBin, ...]) -> list[SaliencyMeans]:
        return [average(run.kept, bins) for run in runs]

    section = size_section(
        KIND,
        'Salient objects',
        describe_saliency(first),
        names=models.names,
        comparisons=models.compare(results, **draws),
        curve=slide_bin(
            areas, score, relative=relative, terms=SALIENCY, models=models.runs, **draws
        ),
        shown=(),
    )
    logs = {run.name: run.log for run in runs}
    training = training_parts('Training', KIND, logs, sizes, key='maxF', score='max F', scale=100)
    return section, training, list(first.notes)
