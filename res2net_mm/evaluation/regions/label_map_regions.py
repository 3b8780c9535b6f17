"""The regions of two folders of label maps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.evaluation.regions import RegionSet, find_regions, stack_regions
from res2net_mm.evaluation.regions.boundaries import TOLERANCE
from res2net_mm.evaluation.regions.label_map_check import (
    NO_LABEL,
    CheckedLabelMaps,
    check_label_maps,
)
from res2net_mm.formats.label_map_pairs import pair_label_maps
from res2net_mm.progress import track


@dataclass(frozen=True)
class LabelMapRegions:
    """Label maps and their regions, in one order.

    Attributes:
        checked: the label maps that were read.
        regions: theirs.
    """

    checked: CheckedLabelMaps
    regions: RegionSet


def read_label_maps(
    gt: str | Path,
    dt: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    tolerance: float = TOLERANCE,
    on_error: str = 'stop',
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> LabelMapRegions:
    """Reads two folders of label maps and compares them region by region.

    Args:
        gt: folder of the ground truth.
        dt: folder of the predictions.
        classes: names of the classes, as in ``check_label_maps``.
        ignore_index: the ignored label of the ground truth, likewise.
        tolerance: of the boundary, as a share of the image diagonal.
        on_error: ``stop`` or ``skip`` pairs that cannot be compared.
        progress: whether to show progress.
        say: gets what was read, and what a reader should know.

    Raises:
        UserError: the folders cannot be read or do not fit together; a line for each fault.
    """
    gt, dt = Path(gt), Path(dt)
    pairs, extra = pair_label_maps(gt, dt)
    checked = check_label_maps(
        gt,
        dt,
        pairs,
        classes=classes,
        ignore_index=ignore_index,
        on_error=on_error,
        progress=progress,
    )
    names = checked.labels.classes
    say(f'{gt}: {len(pairs)} label maps of {len(names)} classes, {checked.labels.source}')
    for line in checked.lines:
        say(f'note: {line}')
    if extra:
        say(f'note: {dt}: {len(extra)} label maps without ground truth, the first is {extra[0]}')
    regions = []
    for pair in track(checked.usable, 'comparing', total=len(checked.usable), shown=progress):
        maps = checked.read(pair)
        of_image = find_regions(
            *maps, classes=len(names), ignore_index=NO_LABEL, tolerance=tolerance
        )
        regions.append((pair.name, of_image))
    return LabelMapRegions(checked, stack_regions(regions, names, tolerance))
