"""What is wrong at which size: the part of a report on the kinds of errors."""

from collections.abc import Sequence

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.evaluation.detection.errors import KINDS, SPECIAL, ErrorResult
from res2net_mm.evaluation.size_bins import ALL
from res2net_mm.report.by_size.size_section import column_heads
from res2net_mm.report.by_size.verdict import in_words, interval, points, tone_of
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.error_pictures import error_pictures
from res2net_mm.report.detection.error_plots import draw_confusion, draw_error_costs
from res2net_mm.report.detection.object_pictures import image_reader, known_folder
from res2net_mm.report.page.parts import GAIN, LOSS, Cell, Part, Table

TITLE = 'What is wrong, by size'
PICTURES = (
    'Below, for each run and kind of error, the image where it is worst at the size where it costs '
    'most. Ground truth is green; dashed orange is a false detection, dashed yellow an object that '
    'is missed.'
)
# What AP50 is lost to, in words for who does not know the names of the kinds.
WORDS = {
    'class': 'the wrong class',
    'localisation': 'detections that fit badly',
    'both': 'detections that fit badly and are of the wrong class',
    'duplicate': 'objects found twice',
    'background': 'detections where nothing is',
    'missed': 'objects that are missed',
}
_RANKED = 3  # kinds of errors, the worst first
_TITLES = {'FP': 'all false detections', 'FN': 'all objects not found'}
_ABOUT = (
    'The kinds of errors are those of TIDE, at IoU 0.50: the right place but the wrong class '
    '(class), the right class but IoU 0.10 to 0.50 (localisation), neither (both), an object that '
    'was found already (duplicate), nothing there (background), an object that no detection comes '
    'near (missed). A kind costs the AP50 of the size that would be gained if it alone were '
    'mended. A false detection counts in the bin of its own size.'
)


def error_part(
    runs: Sequence[DetectorRun],
    results: Sequence[ErrorResult],
    comparisons: Sequence[Comparison],
    *,
    pictures: bool,
) -> tuple[Part, str]:
    """Say what is wrong in runs; return the part and its first sentence.

    ``comparisons`` are of the errors of each other run with those of the first; ``pictures`` says
    whether to show the worst images.
    """
    names = [run.name for run in runs]
    said = [worst_kinds(comparisons, names, place) for place in range(len(results[0].columns))]
    said = [sentence for sentence in said if sentence]
    shown, folder = [], known_folder(runs)
    if pictures and folder is not None:
        read = image_reader(runs[0], results[0].costs.matches, folder)
        shown = error_pictures(runs, results, read)
    part = Part(
        TITLE,
        text=[*said, _ABOUT, *([PICTURES] if shown else [])],
        tables=[ranking_table(names, comparisons), cost_table(names, comparisons)],
        figures=[
            draw_error_costs(results, names),
            *(draw_confusion(result, names[run], run) for run, result in enumerate(results)),
        ],
        pictures=shown,
    )
    return part, said[0] if said else ''


def worst_kinds(comparisons: Sequence[Comparison], names: Sequence[str], place: int) -> str:
    """Return in words what each run loses most AP50 to in a column; empty without objects."""
    ranked = [costs[place] for costs in _ranked_costs(comparisons)]
    if not ranked[0]:
        return ''
    size = comparisons[0].columns[place].size_bin.name
    size = 'All' if size == ALL else size[0].upper() + size[1:]
    worst = [(kind, f'{cost:.1f}') for (kind, cost), *_ in ranked]
    kinds, texts = zip(*worst, strict=True)
    if len(set(kinds)) == 1 and '0.0' not in texts:
        of_runs = [f'{text} points in {name}' for text, name in zip(texts, names, strict=True)]
        return f'{size} objects: most AP50 is lost to {WORDS[kinds[0]]}, {in_words(of_runs)}.'
    of_runs = [
        f'{name} loses most AP50 to {WORDS[kind]} ({text} points)'
        if text != '0.0'
        else f'{name} loses no AP50 to any kind of error'
        for name, (kind, text) in zip(names, worst, strict=True)
    ]
    return f'{size} objects: {in_words(of_runs)}.'


def ranking_table(names: Sequence[str], comparisons: Sequence[Comparison]) -> Table:
    """Return what costs each run most at each size: columns for sizes, the worst kind first."""
    ranked, rows = _ranked_costs(comparisons), []
    for name, of_run in zip(names, ranked, strict=True):
        for rank in range(_RANKED):
            cells = [
                Cell(f'{costs[rank][0]} {costs[rank][1]:.1f}' if costs else 'no objects')
                for costs in of_run
            ]
            rows.append([Cell(f'{name}: {rank + 1}.'), *cells])
    heads = column_heads('', comparisons[0].columns)
    return Table('What costs most, in points of AP50, the worst first', heads, rows)


def _ranked_costs(comparisons: Sequence[Comparison]) -> list[list[list[tuple[str, float]]]]:
    """Return kinds and their costs in points, the worst first, by run and by column.

    A run that stands for several seeds has their mean. A column without objects is empty.
    """

    def ranked(column: BinComparison, run: str) -> list[tuple[str, float]]:
        differences = {kind: column.scores.get(kind) for kind in KINDS}
        costs = [
            (k, 100 * max(0, getattr(d, run))) for k, d in differences.items() if d is not None
        ]
        return sorted(costs, key=lambda cost: -cost[1])

    return [
        [ranked(column, 'a') for column in comparisons[0].columns],
        *([ranked(column, 'b') for column in c.columns] for c in comparisons),
    ]


def cost_table(names: Sequence[str], comparisons: Sequence[Comparison]) -> Table:
    """Return what each kind costs: columns for sizes, rows for kinds, runs and differences."""
    first, rows = comparisons[0].columns, []
    for kind in (*KINDS, *SPECIAL):
        title = _TITLES.get(kind, kind)
        rows.append([Cell(f'{title}: {names[0]}'), *(_cost(c, kind, 'a') for c in first)])
        for name, comparison in zip(names[1:], comparisons, strict=True):
            columns = comparison.columns
            level = f'difference, {100 * comparison.level:g} % interval'
            rows.append([Cell(f'{title}: {name}'), *(_cost(c, kind, 'b') for c in columns)])
            rows.append([Cell(level), *(_difference(c, kind) for c in columns)])
    return Table('Points of AP50 that errors cost', column_heads('', first), rows)


def cost_tone(column: BinComparison, kind: str) -> str:
    """Return the meaning of a difference in costs, where less is better."""
    tone = tone_of(column, kind)
    return {GAIN: LOSS, LOSS: GAIN}.get(tone, tone)


def _cost(column: BinComparison, kind: str, run: str) -> Cell:
    difference = column.scores.get(kind)
    if difference is None:
        return Cell('no objects')
    return Cell(f'{100 * max(0, getattr(difference, run)):.1f}')  # a hair below 0 by rounding


def _difference(column: BinComparison, kind: str) -> Cell:
    difference, tone = column.scores.get(kind), cost_tone(column, kind)
    if difference is None:
        return Cell('no objects', tone)
    return Cell(f'{points(difference.difference)} ({interval(difference)})', tone)
