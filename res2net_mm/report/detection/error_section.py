"""What is wrong at which size: the part of a report on the kinds of errors."""

from collections.abc import Sequence

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.evaluation.detection.errors import KINDS, SPECIAL, ErrorResult, worst_kind
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
    said = [worst_kinds(results, names, place) for place in range(len(results[0].columns))]
    said = [sentence for sentence in said if sentence]
    shown, folder = [], known_folder(runs)
    if pictures and folder is not None:
        read = image_reader(runs[0], results[0].costs.matches, folder)
        shown = error_pictures(runs, results, read)
    part = Part(
        TITLE,
        text=[*said, _ABOUT, *([PICTURES] if shown else [])],
        tables=[cost_table(names, comparisons)],
        figures=[
            draw_error_costs(results, names),
            *(draw_confusion(result, names[run], run) for run, result in enumerate(results)),
        ],
        pictures=shown,
    )
    return part, said[0] if said else ''


def worst_kinds(results: Sequence[ErrorResult], names: Sequence[str], place: int) -> str:
    """Return which kind of error costs each run most in a column; empty without objects."""
    columns = [result.columns[place] for result in results]
    if not worst_kind(columns[0]):
        return ''
    size = columns[0].size_bin.name
    size = 'All' if size == ALL else size[0].upper() + size[1:]
    costs = [{kind: column.scores[kind] or 0 for kind in KINDS} for column in columns]
    worst = [max(of_run, key=lambda kind: of_run[kind]) for of_run in costs]
    texts = [f'{100 * of_run[kind]:.1f}' for of_run, kind in zip(costs, worst, strict=True)]
    if len(set(worst)) == 1 and '0.0' not in texts:
        of_runs = [f'{text} in {name}' for text, name in zip(texts, names, strict=True)]
        return f'{size} objects: {worst[0]} costs most AP50, {in_words(of_runs)}.'
    of_runs = [
        f'in {name} {kind} costs most AP50 ({text})'
        if text != '0.0'
        else f'in {name} no kind of error costs AP50'
        for name, kind, text in zip(names, worst, texts, strict=True)
    ]
    return f'{size} objects: {in_words(of_runs)}.'


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
