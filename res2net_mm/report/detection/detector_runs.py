"""Detectors to compare: work directories of this package, or COCO results of any framework."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation import (
    GroundTruth,
    Results,
    SavedEvaluation,
    read_ground_truth,
    read_results,
    read_saved_evaluation,
)
from res2net_mm.evaluation.detection.coco.detections import shapes_of_both
from res2net_mm.report.run_arguments import image_folder, name_runs
from res2net_mm.report.training_curves import TrainingLog, read_training_log


@dataclass(frozen=True)
class Run:
    """A run of a detector.

    Attributes:
        name: What the report calls it.
        path: Where it is.
        truth: Its ground truth.
        detections: By ``iou_type``.
        images: Folder that the file names of the images start from; None if not known.
        options: How it was scored, as of ``evaluate_by_size``; None for a results file.
        log: What it logged in training, if anything.
    """

    name: str
    path: Path
    truth: GroundTruth
    detections: Mapping[str, Results]
    images: Path | None
    options: Mapping[str, Any] | None
    log: TrainingLog | None


def read_runs(
    paths: Sequence[str | Path],
    *,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
) -> list[Run]:
    """Read runs and see that they have one ground truth.

    Args:
        paths: Work directories, or COCO results files.
        gt: COCO annotation file of the results files.
        images: Folder of the images; None for what the work directories say.
        names: What to call the runs; None for the names of their paths.

    Raises:
        UserError: If they cannot be read or compared; says what differs.
    """
    named = name_runs(paths, names)
    folder = image_folder(images)
    files = [path for path, _ in named if path.is_file()]
    given = None
    if files:
        if gt is None:
            listed = ', '.join(map(str, files))
            raise UserError(f'{listed}: results files need --gt, the annotations they belong to')
        given = read_ground_truth(gt)
    elif gt is not None:
        raise UserError(
            '--gt is for results files: a work directory says itself what it was scored against'
        )
    truths: dict[tuple, GroundTruth] = {}
    runs = []
    for path, name in named:
        if path.is_dir():
            runs.append(_read_work_dir(path, name, folder, truths))
        elif path.is_file():
            results = read_results(path)
            detections = dict.fromkeys(shapes_of_both(given, results), results)
            runs.append(Run(name, path, given, detections, folder, None, None))
        else:
            raise UserError(f'{path}: no such work directory or results file')
    for run in runs[1:]:
        _check_same_truth(runs[0], run)
    if folder is not None:
        _check_images(runs[0])
    return runs


def shared_options(runs: Sequence, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """How to score all runs: as chosen, else as the work directories were scored.

    Raises:
        UserError: If these were scored differently and nothing was chosen.
    """
    options = {key: value for key, value in chosen.items() if value is not None}
    for key, flag in (
        ('bins', '--bins'),
        ('area_of', '--area-of'),
        ('protocol', '--protocol'),
        ('max_dets', '--max-dets'),
    ):
        said = [(run.name, run.options[key]) for run in runs if key in (run.options or ())]
        if key in options or not said:
            continue
        for name, value in said[1:]:
            if value != said[0][1]:
                raise UserError(
                    f'{said[0][0]} and {name} were scored with different {key}: '
                    f'{_shown(said[0][1])} and {_shown(value)}; choose with {flag}'
                )
        # The limits on detections belong to the protocol they were scored by.
        if key != 'max_dets' or chosen.get('protocol') is None:
            options[key] = said[0][1]
    return options


def shared_kinds(runs: Sequence[Run], wanted: Sequence[str] | None) -> list[str]:
    """The IoU types that all runs have, or those wanted.

    Raises:
        UserError: If a run lacks one.
    """
    have = [kind for kind in ('bbox', 'segm') if all(kind in run.detections for run in runs)]
    if missing := [kind for kind in wanted or () if kind not in have]:
        lacking = next(run for run in runs if missing[0] not in run.detections)
        raise UserError(f'{lacking.name} has no detections of the kind {missing[0]!r}')
    if not have:
        kinds = '; '.join(f'{run.name}: {", ".join(run.detections) or "none"}' for run in runs)
        raise UserError(f'the runs have no kind of detections in common ({kinds})')
    return [kind for kind in have if kind in wanted] if wanted else have


def _read_work_dir(path: Path, name: str, images: Path | None, truths: dict) -> Run:
    saved: SavedEvaluation = read_saved_evaluation(path)
    key = saved.ground_truth.resolve(), saved.classes
    if key not in truths:
        truths[key] = saved.read_ground_truth()
    if images is None and saved.images is not None:
        images = Path(saved.images)
    return Run(
        name=name,
        path=path,
        truth=truths[key],
        detections={kind: saved.read_detections(kind) for kind in saved.detections},
        images=images,
        options=saved.options,
        log=read_training_log(path),
    )


def _check_images(run: Run) -> None:
    """See that the folder is that of the images before an hour goes into numbers."""
    paths = (run.images / str(image.get('file_name', '')) for image in run.truth.images)
    first = next(paths, None)
    if first is not None and not first.is_file():
        raise UserError(
            f'{first} is not there: --images is the folder that the file names of the annotations '
            'start from'
        )


def _check_same_truth(a: Run, b: Run) -> None:
    """See that two runs were scored against the same images, classes and objects."""
    if a.truth is b.truth:
        return
    for what, key in (('classes', 'name'), ('images', 'id')):
        attribute = 'categories' if what == 'classes' else 'images'
        of_a, of_b = ([entry[key] for entry in getattr(r.truth, attribute)] for r in (a, b))
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


def _some(values: list, most: int = 3) -> str:
    shown = ', '.join(map(str, values[:most]))
    return shown if len(values) <= most else f'{shown} and {len(values) - most} more'


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ', '.join(
            f'{v.name} {v.limits} ({v.by})' if hasattr(v, 'limits') else str(v) for v in value
        )
    return str(value)
