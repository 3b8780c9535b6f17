"""Detectors to compare: work directories of this package, or COCO results of any framework."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.coco.detections import (
    IOU_TYPES,
    Results,
    read_results,
    shapes_of_both,
)
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.detection.saved_evaluation import read_saved_evaluation
from res2net_mm.report.runs import Run, check_ground_truth, image_folder, name_runs
from res2net_mm.report.training import read_training_log


@dataclass(frozen=True, eq=False)
class DetectorRun(Run):
    """A run of a detector."""

    truth: GroundTruth  # its ground truth
    detections: Mapping[str, Results]  # by ``iou_type``
    images: Path | None  # folder that the file names of the images are relative to, if known


def read_detector_runs(
    paths: Sequence[str | Path],
    *,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
) -> list[DetectorRun]:
    """Read work directories or COCO results files, which must share one ground truth.

    The arguments are those of ``compare_runs``.

    Raises:
        UserError: If they cannot be read or compared; the message names what differs.
    """
    named = name_runs(paths, names)
    folder = image_folder(images)
    files = [path for path, _ in named if path.is_file()]
    check_ground_truth(files, 'results files', 'the annotations they belong to', gt=gt)
    truths: dict[Hashable, GroundTruth] = {} if gt is None else {gt: read_ground_truth(gt)}
    runs = []
    for path, name in named:
        if path.is_dir():
            runs.append(_read_work_dir(path, name, folder, truths))
        elif path.is_file():
            results = read_results(path)
            kinds = dict.fromkeys(shapes_of_both(truths[gt], results), results)
            runs.append(DetectorRun(name, None, None, truths[gt], kinds, folder))
        else:
            raise UserError(f'{path}: no such work directory or results file')
    for run in runs[1:]:
        _check_same_truth(runs[0], run)
    first = next(iter(runs[0].truth.images), None)
    if folder is not None and first is not None:  # before an hour of scoring
        file = folder / str(first.get('file_name', ''))
        if not file.is_file():
            raise UserError(
                f'{file} is not there: {argument("images")} is the folder that the file names of '
                'the annotations start from'
            )
    return runs


def shared_kinds(runs: Sequence[DetectorRun], wanted: Sequence[str] | None) -> list[str]:
    """Return the IoU types that all runs have; of those wanted, all runs must have all."""
    have = [kind for kind in IOU_TYPES if all(kind in run.detections for run in runs)]
    if missing := [kind for kind in wanted or () if kind not in have]:
        lacking = next(run for run in runs if missing[0] not in run.detections)
        raise UserError(f'{lacking.name} has no detections of the kind {missing[0]!r}')
    if not have:
        kinds = '; '.join(f'{run.name}: {", ".join(run.detections) or "none"}' for run in runs)
        raise UserError(f'the runs have no kind of detections in common ({kinds})')
    return [kind for kind in have if kind in wanted] if wanted else have


def _read_work_dir(
    path: Path, name: str, images: Path | None, truths: dict[Hashable, GroundTruth]
) -> DetectorRun:
    """Read a work directory; ``truths`` keeps each ground truth, so that it is read once."""
    saved = read_saved_evaluation(path)
    key = saved.ground_truth.resolve(), saved.classes
    if key not in truths:
        truths[key] = saved.read_ground_truth()
    if images is None and saved.images is not None:
        images = Path(saved.images)
    return DetectorRun(
        name=name,
        options=saved.options,
        log=read_training_log(path),
        truth=truths[key],
        detections={kind: saved.read_detections(kind) for kind in saved.detections},
        images=images,
    )


def _check_same_truth(a: DetectorRun, b: DetectorRun) -> None:
    """Check that two runs were scored against the same images, classes and objects."""
    if a.truth is b.truth:
        return
    for what, entries, key in (('classes', 'categories', 'name'), ('images', 'images', 'id')):
        of_a, of_b = ([entry[key] for entry in getattr(r.truth, entries)] for r in (a, b))
        if of_a == of_b or (what == 'images' and sorted(map(str, of_a)) == sorted(map(str, of_b))):
            continue
        only = [
            f'only {run.name}: {_some([v for v in mine if v not in set(other)])}'
            for run, mine, other in ((a, of_a, of_b), (b, of_b, of_a))
            if set(mine) - set(other)
        ]
        how = '; '.join(only) or 'they are in another order'
        raise UserError(f'{a.name} and {b.name} were scored on other {what} ({how})')
    of_a, of_b = (
        [(e['image_id'], e.get('bbox'), e['iscrowd']) for e in r.truth.annotations] for r in (a, b)
    )
    if of_a != of_b:
        raise UserError(
            f'{a.name} and {b.name} were scored on other objects ({len(of_a)} and {len(of_b)}): '
            'evaluate both on one ground truth'
        )


def _some(values: Sequence[object], most: int = 3) -> str:
    shown = ', '.join(map(str, values[:most]))
    return shown if len(values) <= most else f'{shown} and {len(values) - most} more'
