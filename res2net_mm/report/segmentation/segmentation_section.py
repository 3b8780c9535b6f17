"""The section of a report on label maps, and the training of segmenters."""

from collections.abc import Mapping, Sequence
from typing import Any

from res2net_mm.evaluation.regions import RegionResult, compare_regions, describe_regions
from res2net_mm.evaluation.size_bins import short_name
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.terms import SEGMENTATION
from res2net_mm.report.page.parts import Figure, Section
from res2net_mm.report.segmentation.region_curve import region_curve
from res2net_mm.report.segmentation.region_pictures import region_picture_part
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun
from res2net_mm.report.training_curves import draw_training

KIND = 'regions'


def segmentation_section(
    runs: Sequence[SegmenterRun],
    results: Sequence[RegionResult],
    pictures: int,
    draws: Mapping[str, Any],
) -> tuple[Section, list[str]]:
    """The section on label maps, and what to note.

    Args:
        runs: The runs.
        results: Their scores, of one ground truth.
        pictures: How many images to show for each run but the first.
        draws: Of the bootstrap, as of ``compare_regions``.
    """
    comparisons = [compare_regions(results[0], result, **draws) for result in results[1:]]
    shown, notes = region_picture_part(runs, pictures)
    sizes = results[0].size_bins
    section = size_section(
        KIND,
        'Regions',
        describe_regions(results[0]),
        names=[run.name for run in runs],
        comparisons=comparisons,
        curve=region_curve(
            [run.regions for run in runs], relative=bool(sizes) and sizes[0].relative, **draws
        ),
        terms=SEGMENTATION,
        draws=draws,
        shown=shown,
    )
    return section, notes


def segmentation_training(runs: Sequence[SegmenterRun], result: RegionResult) -> Figure | None:
    """Loss and mIoU over training; None where nothing was logged."""
    wanted = {'mIoU': 'mIoU, %, all sizes'} | {
        f'mIoU_{short_name(size)}': f'mIoU, %, {size.name}' for size in result.size_bins
    }
    logs, names = [run.log for run in runs], [run.name for run in runs]
    return draw_training(logs, wanted, names, f'training_{KIND}', scale=1)
