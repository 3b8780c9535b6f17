"""Score what is in files, be it detections or label maps: the command ``res2net-mm evaluate``."""

from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.evaluate_files import evaluate_files
from res2net_mm.evaluation.detection.size_result import SizeResult
from res2net_mm.evaluation.regions.label_map_regions import evaluate_label_maps
from res2net_mm.evaluation.regions.region_result import RegionResult
from res2net_mm.evaluation.saliency import evaluate_saliency_maps
from res2net_mm.evaluation.saliency.saliency_result import SaliencyResult
from res2net_mm.formats.label_maps.pairs import holds_label_maps

_FLAGS = {'--iou-types': '--iou-type'}  # that are not called as their argument


def evaluate_saved(
    gt: str | Path, dt: str | Path, *, saliency: bool = False, **options: Any
) -> list[SizeResult] | RegionResult | SaliencyResult:
    """Score two folders of label maps as such, anything else as detections.

    Args:
        gt: Ground truth.
        dt: Predictions.
        saliency: Whether they are folders of masks and of saliency maps.
        options: Options of ``evaluate_label_maps``, ``evaluate_saliency_maps`` or
            ``evaluate_files``, whichever is meant.

    Raises:
        UserError: If a path is missing, or an option is for the other kind; and what either raises.
    """
    for name, path in (('gt', gt), ('dt', dt)):
        if not Path(path).exists():
            raise UserError(f'{argument(name, str(path))}: No such file or directory')
    if saliency:
        given = f'{argument("saliency", True)} is for masks and saliency maps'
        _refuse_unfit(options, evaluate_saliency_maps, 'detections or label maps', given)
        return evaluate_saliency_maps(gt, dt, **options)
    maps = False
    if Path(gt).is_dir() and Path(dt).is_dir():
        boxes = any(Path(gt).rglob('Annotations/*.xml'))  # VOC has both in one folder
        maps = holds_label_maps(Path(dt)) or (holds_label_maps(Path(gt)) and not boxes)
    evaluate = evaluate_label_maps if maps else evaluate_files
    kinds = ('detections', 'label maps') if maps else ('label maps', 'detections')
    _refuse_unfit(options, evaluate, kinds[0], f'{gt} and {dt} are taken for {kinds[1]}')
    return evaluate(gt, dt, **options)


def _refuse_unfit(options: Mapping[str, Any], evaluate: Callable, fit: str, given: str) -> None:
    if unfit := [name for name in options if name not in signature(evaluate).parameters]:
        named = ', '.join(_FLAGS.get(flag, flag) for flag in map(argument, unfit))
        raise UserError(f'{named}: for {fit}, but {given}')
