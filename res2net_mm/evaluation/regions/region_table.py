"""A result by region size as one table: means, regions, then the IoU of every class."""

from res2net_mm.evaluation.regions.region_result import RegionResult, RegionScores
from res2net_mm.evaluation.regions.region_scores import SCORES
from res2net_mm.evaluation.score_table import (
    describe_size,
    interval_rows,
    score_rows,
    table_text,
)
from res2net_mm.tables import percent

NO_REGIONS = 'no regions'
INDENT = '    '  # of a row of intervals


def region_table(result: RegionResult) -> str:
    """Return the means (in %) and regions, then IoU by class; a column per bin and for all.

    With intervals, each row of scores is followed by theirs.
    """
    blank = [''] * len(result.bins)
    rows = [
        *score_rows(result, {score.name: score.title for score in SCORES}, NO_REGIONS, INDENT),
        ['aAcc', *blank, percent(result.accuracy, NO_REGIONS)],
        ['regions', *(str(scores.regions) for scores in result.columns)],
        ['IoU (regions)', *blank, ''],
    ]
    for scored in result.classes:
        rows.append([f'  {scored.name}', *map(_cell, scored.columns)])
        rows += interval_rows(result, scored.columns, 'IoU', INDENT)
    return table_text(f'segmentation in % {describe_regions(result)}', rows, result)


def describe_regions(result: RegionResult) -> str:
    """Return how a result was scored: ``by size (area) of the ground-truth region, ...``."""
    return (
        f'by size ({describe_size(result, "area")}) of the ground-truth region, connected pixels '
        f'of a class; boundary F within {100 * result.tolerance:g} % of the diagonal; '
        f'{result.images} images'
    )


def _cell(scores: RegionScores) -> str:
    if scores.iou is None:
        return NO_REGIONS
    return f'{percent(scores.iou, NO_REGIONS)} ({scores.regions})'
