"""The section of a report on label maps: scores, curves against region size, training."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from res2net_mm.evaluation.regions import score_regions
from res2net_mm.evaluation.regions.region_result import describe_regions
from res2net_mm.evaluation.regions.region_scores import RegionSums, sum_regions
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.size_bins import SizeBin
from res2net_mm.report.by_size.size_curve import SizeCurve, slide_bin
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.verdict import SEGMENTATION
from res2net_mm.report.page.parts import Part, Section
from res2net_mm.report.runs import Models
from res2net_mm.report.segmentation.region_pictures import region_pictures
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun
from res2net_mm.report.training import training_parts

KIND = 'regions'


def segmentation_section(
    runs: Sequence[SegmenterRun],
    models: Models,
    options: Mapping[str, Any],
    pictures: int,
    draws: Mapping[str, Any],
    say: Callable[[str], None],
) -> tuple[Section, list[Part], list[str]]:
    """Compare models by region; return the section, parts on training, and notes.

    ``options`` are those of ``score_regions``, ``draws`` those of ``compare_results``.
    """
    results = []
    for run in runs:
        say(f'{run.name}: scoring {len(run.regions.found.area)} predicted regions')
        results.append(score_regions(run.regions, **options))
    first, sizes = results[0], results[0].size_bins
    shown, notes = region_pictures(models.named(runs), pictures)
    relative = bool(sizes) and sizes[0].relative
    section = size_section(
        KIND,
        'Regions',
        describe_regions(first),
        names=models.names,
        comparisons=models.compare(results, **draws),
        curve=region_curve(
            [run.regions for run in runs], relative=relative, models=models.runs, **draws
        ),
        shown=shown,
    )
    logs = {run.name: run.log for run in runs}
    training = training_parts('Training', KIND, logs, sizes, key='mIoU', score='mIoU', scale=1)
    return section, training, notes


def region_curve(runs: Sequence[RegionSet], *, relative: bool = False, **draws: Any) -> SizeCurve:
    """Score segmenters in a sliding bin of region size; ``draws`` are those of ``slide_bin``."""
    areas = runs[0].truth.area
    if relative:
        areas = areas / runs[0].image_areas[runs[0].truth_image]

    def score(bins: tuple[SizeBin, ...]) -> list[RegionSums]:
        return [sum_regions(regions, bins) for regions in runs]

    return slide_bin(areas, score, relative=relative, terms=SEGMENTATION, **draws)
