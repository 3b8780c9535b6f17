"""A result by region size as one table: means, regions, then the IoU of every class."""

from res2net_mm.evaluation.regions.region_result import RegionResult, RegionScores
from res2net_mm.evaluation.size_bins import MEASURES, SIZE_TEXTS
from res2net_mm.tables import align, interval_text, percent

NO_REGIONS = 'no regions'
# What a row is called, and the score that it shows.
_ROWS = {'mIoU': 'IoU', 'mAcc (recall)': 'recall', 'boundary F': 'BF'}


def region_table(result: RegionResult) -> str:
    """mIoU, mAcc, boundary F (in %) and regions, then IoU by class; a column per bin and for all.

    With intervals, each line of scores is followed by theirs.
    """
    columns = (*result.bins, result.overall)
    by = columns[0].size_bin.by
    rows = [
        ['', *(s.size_bin.name for s in columns)],
        [MEASURES[by], *(s.size_bin.limits for s in columns)],
    ]
    for title, score in _ROWS.items():
        rows.append([title, *(percent(s.scores[score], NO_REGIONS) for s in columns)])
        rows += _interval_row(result, columns, score)
    blank = [''] * len(result.bins)
    rows.append(['aAcc', *blank, percent(result.accuracy, NO_REGIONS)])
    rows.append(['regions', *(str(s.regions) for s in columns)])
    rows.append(['IoU (regions)', *blank, ''])
    for scored in result.classes:
        of_class = (*scored.bins, scored.overall)
        rows.append([f'  {scored.name}', *map(_cell, of_class)])
        rows += _interval_row(result, of_class, 'IoU')
    head = f'segmentation in % {describe_regions(result)}'
    if result.resamples:
        head += f'; {100 * result.level:g} % intervals of {result.resamples} draws of images'
    return '\n'.join([head, *align(rows)])


def describe_regions(result: RegionResult) -> str:
    """How a result was scored: ``by size (area) of the ground-truth region, ...``."""
    size = SIZE_TEXTS[(*result.bins, result.overall)[0].size_bin.by].format('area')
    return (
        f'by size ({size}) of the ground-truth region, connected pixels of a class; boundary F '
        f'within {100 * result.tolerance:g} % of the diagonal; {result.images} images'
    )


def _cell(scores: RegionScores) -> str:
    if scores.iou is None:
        return NO_REGIONS
    return f'{percent(scores.iou, NO_REGIONS)} ({scores.regions})'


def _interval_row(result: RegionResult, columns: tuple, score: str) -> list[list[str]]:
    if not any(score in s.intervals for s in columns):
        return []
    cells = (interval_text(s.intervals.get(score)) for s in columns)
    return [[f'    {100 * result.level:g} %', *cells]]
