"""Read what ``RegionSizeMetric`` wrote to a work directory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions.kept_label_maps import find_label_maps
from res2net_mm.evaluation.regions.region_set import RegionSet, read_regions
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins
from res2net_mm.formats.text_file import read_json

RESULT_FILE = 'iou_by_size.json'
REGION_FILE = 'iou_by_size.npz'


@dataclass(frozen=True, eq=False)
class SavedRegions:
    """An evaluation of a segmenter.

    Attributes:
        regions: The regions of all images.
        bins: The size bins they were scored in.
        label_maps: Files of ground truth and prediction of each image; None if none are kept.
    """

    regions: RegionSet
    bins: tuple[SizeBin, ...]
    label_maps: list[tuple[Path, Path]] | None


def read_saved_regions(work_dir: str | Path) -> SavedRegions:
    """Read the evaluation of a segmenter.

    Raises:
        UserError: If there is none, or it cannot be read.
    """
    work_dir = Path(work_dir)
    regions = read_regions(work_dir / REGION_FILE)
    path = work_dir / RESULT_FILE
    content = read_json(path)
    try:
        bins = make_bins(map(_bin, (s for s in content['scores'] if s['bin'] != ALL)))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f'{path} does not say in which size bins it was scored') from error
    return SavedRegions(regions, bins, find_label_maps(work_dir, regions.images.tolist()))


def _bin(scores: Mapping[str, Any]) -> dict[str, Any]:
    low, high = scores['limits']
    return {'name': scores['bin'], 'low': low, 'high': high, 'by': scores['by']}
