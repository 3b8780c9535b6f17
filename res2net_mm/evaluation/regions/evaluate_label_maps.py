"""Score label maps that any framework has written to a folder; no model is needed."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from res2net_mm.evaluation.bootstrap import check_bootstrap, with_intervals
from res2net_mm.evaluation.regions.boundaries import TOLERANCE, check_tolerance
from res2net_mm.evaluation.regions.label_map_regions import read_label_maps
from res2net_mm.evaluation.regions.region_result import RegionResult, score_regions
from res2net_mm.evaluation.regions.region_set import write_regions
from res2net_mm.evaluation.regions.region_table import region_table
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.whole_file import write_json_file


def evaluate_label_maps(
    gt: str | Path,
    dt: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    tolerance: float = TOLERANCE,
    bootstrap: int = 0,
    seed: int = 0,
    on_error: str = 'stop',
    json_path: str | Path | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> RegionResult:
    """Read two folders of label maps, score them by region size and print the table.

    Args:
        gt: Folder of ground-truth label maps (PNG, palettes too), nested or not.
        dt: Folder of predicted ones of the same names.
        classes: Names of the classes, in the order of their labels; None for what a classes.txt
            says, else the names of a known set, else the labels themselves.
        ignore_index: Label of the ground truth to leave out; 0 where the classes begin at 1. None
            for the one that is known to be, else 255.
        bins: Size bins as in ``score_regions``.
        bins_by: What the limits of bins measure.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        on_error: ``stop`` at images that cannot be scored, or ``skip`` them; either says how many.
        json_path: Where to write the result; the regions of every image go beside it, in a file of
            the same name that ends in ``.npz``. None for nowhere.
        progress: Whether to show progress.
        say: Gets the table and what else a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    check_bootstrap(bootstrap)
    bins, tolerance = make_bins(bins, bins_by), check_tolerance(tolerance)
    read = read_label_maps(
        gt,
        dt,
        classes=classes,
        ignore_index=ignore_index,
        tolerance=tolerance,
        on_error=on_error,
        progress=progress,
        say=say,
    )
    result = score_regions(read.regions, bins=bins, notes=read.checked.lines)
    if bootstrap:
        result = with_intervals(result, resamples=bootstrap, seed=seed, progress=progress)
    say('\n' + region_table(result))
    if json_path is not None:
        written = write_json_file(result.to_dict(), json_path)
        beside = write_regions(read.regions, Path(json_path).with_suffix('.npz'))
        say(f'\nwritten to {written}, the regions to {beside}')
    return result
