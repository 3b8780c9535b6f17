"""Score what is in files, be it detections or label maps."""

from inspect import signature
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.detection.evaluate_files import evaluate_files
from res2net_mm.evaluation.regions import RegionResult
from res2net_mm.evaluation.regions.evaluate_label_maps import evaluate_label_maps
from res2net_mm.formats.label_map_pairs import holds_label_maps

_FLAGS = {'iou_types': 'iou-type'}  # those that are not called as their argument


def evaluate_saved(gt: str | Path, dt: str | Path, **options) -> list[SizeResult] | RegionResult:
    """Score two folders of label maps as such, anything else as detections.

    Args:
        gt: Ground truth.
        dt: Predictions.
        options: Of ``evaluate_label_maps`` or of ``evaluate_files``, whichever is meant.

    Raises:
        UserError: If an option is for the other kind, and what either raises.
    """
    maps = _are_label_maps(Path(gt), Path(dt))
    evaluate = evaluate_label_maps if maps else evaluate_files
    unfit = [name for name in options if name not in signature(evaluate).parameters]
    if unfit:
        flags = ', '.join('--' + _FLAGS.get(name, name.replace('_', '-')) for name in unfit)
        kinds = ('detections', 'label maps') if maps else ('label maps', 'detections')
        raise UserError(f'{flags}: for {kinds[0]}, and {gt} and {dt} are taken for {kinds[1]}')
    return evaluate(gt, dt, **options)


def _are_label_maps(gt: Path, dt: Path) -> bool:
    if not (gt.is_dir() and dt.is_dir()):
        return False
    boxes = any(gt.rglob('Annotations/*.xml'))  # VOC has both in one folder
    return holds_label_maps(dt) or (holds_label_maps(gt) and not boxes)
