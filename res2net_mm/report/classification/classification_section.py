"""The section of a report on classifiers: accuracy by size, answers that changed, training."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.evaluation.classification.accuracy import (
    RightAnswers,
    describe_accuracy,
    right_answers,
    score_classified,
)
from res2net_mm.evaluation.classification.accuracy_metric import RESULT_FILE
from res2net_mm.evaluation.classification.classified_images import (
    ImageAnswers,
    read_classified,
)
from res2net_mm.evaluation.size_bins import SizeBin
from res2net_mm.report.by_size.size_curve import slide_bin
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.verdict import CLASSIFICATION
from res2net_mm.report.page.parts import Cell, Part, Section, Table
from res2net_mm.report.runs import KeptRun, Models, read_kept_runs
from res2net_mm.report.training import training_parts

KIND = 'classification'
CONFUSIONS = 8  # pairs of classes to show of each run


def read_classifier_runs(
    paths: Sequence[str | Path], names: Sequence[str] | None = None
) -> list[KeptRun[ImageAnswers]]:
    """Read work directories that AccuracyMetric was run in; UserError if they are damaged."""
    return read_kept_runs(paths, names, RESULT_FILE, read_classified)


def classification_section(
    runs: Sequence[KeptRun[ImageAnswers]],
    models: Models,
    options: Mapping[str, Any],
    draws: Mapping[str, Any],
    say: Callable[[str], None],
) -> tuple[Section, list[Part], list[str]]:
    """Compare classifiers; return the section, parts on training, and notes.

    ``options`` are those of ``score_classified``, ``draws`` those of ``compare_results``.
    """
    for run in runs:
        say(f'{run.name}: scoring {len(run.kept)} images')
    results = [score_classified(run.kept, **options) for run in runs]
    first, sizes = results[0], results[0].size_bins
    terms = CLASSIFICATION
    if first.overall.top5 is None:
        terms = replace(terms, scores=terms.scores[:1], beside=())

    def score(bins: tuple[SizeBin, ...]) -> list[RightAnswers]:
        return [right_answers(run.kept, bins) for run in runs]

    known = runs[0].kept.size
    shown = [run.kept for run in models.first(runs)]
    section = size_section(
        KIND,
        'Classes',
        f'accuracy{describe_accuracy(first)}',
        names=models.names,
        comparisons=models.compare(results, **draws),
        curve=slide_bin(
            known[~np.isnan(known)] ** 2,
            score,
            relative=False,
            terms=terms,
            models=models.runs,
            **draws,
        ),
        shown=[
            Part(
                'Answers',
                tables=[answer_table(models.names, shown), confusion_table(models.names, shown)],
            )
        ],
    )
    logs = {run.name: run.log for run in runs}
    training = training_parts('Training', KIND, logs, sizes, key='top1', score='top-1', scale=1)
    return section, training, list(first.notes)


def answer_table(names: Sequence[str], runs: Sequence[ImageAnswers]) -> Table:
    """Return how many images each run and the first have right, alone and together."""
    first = runs[0].rank == 0
    rows = []
    for name, run in zip(names[1:], runs[1:], strict=True):
        right = run.rank == 0
        counts = (first & right, first & ~right, ~first & right, ~first & ~right)
        rows.append([Cell(name), *(Cell(str(int(part.sum()))) for part in counts)])
    head = ['', 'both right', f'only {names[0]}', 'only this one', 'both wrong']
    return Table(f'Images by what they are taken for, beside {names[0]}', head, rows)


def confusion_table(names: Sequence[str], runs: Sequence[ImageAnswers]) -> Table:
    """Return the pairs of classes that are confused most, by any run, with a column for each."""
    classes, counts = runs[0].classes, []
    for run in runs:
        wrong = run.rank > 0
        pairs = zip(run.truth[wrong].tolist(), run.predicted[wrong].tolist(), strict=True)
        # Of equal scores the true class may be named first, although it does not count as right.
        counts.append(Counter((a, b) for a, b in pairs if a != b))
    most = sum(counts, Counter()).most_common(CONFUSIONS)
    rows = [
        [Cell(f'{classes[a]} → {classes[b]}'), *(Cell(str(of_run[a, b])) for of_run in counts)]
        for (a, b), _ in most
    ]
    return Table('Images of one class taken for another, most frequent first', ['', *names], rows)
