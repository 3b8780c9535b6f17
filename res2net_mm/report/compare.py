"""From runs to a report: read, score, compare, draw, write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.classification.classified_images import CLASSIFIED_FILE
from res2net_mm.evaluation.detection.saved_evaluation import is_saved_evaluation
from res2net_mm.evaluation.saliency.saliency_size_metric import MEASURE_FILE
from res2net_mm.formats.label_maps.pairs import holds_label_maps
from res2net_mm.report.classification.classification_section import (
    classification_section,
    read_classifier_runs,
)
from res2net_mm.report.detection.detection_section import detection_section
from res2net_mm.report.detection.detector_runs import read_detector_runs, shared_kinds
from res2net_mm.report.gate import check_conditions, parse_conditions, write_junit
from res2net_mm.report.page.parts import Part, Report, Section
from res2net_mm.report.page.writing import check_target, write_report
from res2net_mm.report.runs import KeptRun, Models, Run, all_hold, name_models, shared_options
from res2net_mm.report.saliency.saliency_section import read_saliency_runs, saliency_section
from res2net_mm.report.segmentation.segmentation_section import segmentation_section
from res2net_mm.report.segmentation.segmenter_runs import holds_saved_regions, read_segmenter_runs

LEVEL = 0.95


@dataclass(frozen=True)
class KeptKind:
    """A kind of runs that are known by a file in their work directories."""

    models: str  # what they are of, in the plural
    file: str
    holding: str  # what the file holds
    read: Callable[..., Sequence[KeptRun[Any]]]
    section: Callable[..., tuple[Section, list[Part], list[str]]]


KEPT_KINDS = (
    KeptKind(
        'salient object detectors',
        MEASURE_FILE,
        'scores of saliency maps',
        read_saliency_runs,
        saliency_section,
    ),
    KeptKind(
        'classifiers',
        CLASSIFIED_FILE,
        'the answers of a classifier',
        read_classifier_runs,
        classification_section,
    ),
)


def compare_runs(
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    against: Sequence[str | Path] | None = None,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
    iou_types: Sequence[str] | None = None,
    bins: Sequence[Any] | None = None,
    bins_by: str = 'area',
    area_of: str | None = None,
    protocol: str | None = None,
    max_dets: Sequence[float] | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    pictures: int = 6,
    fail_if: Sequence[str] = (),
    junit: str | Path | None = None,
    on_error: str = 'stop',
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> Report:
    """Compare runs of one kind of model by size, each with the first, and write a report.

    Args:
        paths: Work directories of ``train`` or ``evaluate``, COCO results files, or folders of
            label maps.
        output: The page to write, ``*.html``; the other files are named after it.
        against: Runs of the model to compare with. ``paths`` are then the runs of one model, too,
            trained with other seeds: means are compared, and intervals cover images and seeds.
        gt: COCO annotation file of the results files, or folder of the ground-truth label maps.
        images: Folder of the images; None for the one that the work directories name.
        names: Names of the runs in the report, with ``against`` of the two models, that of
            ``against`` first; None for the names of their paths.
        iou_types: ``bbox``, ``segm`` or both; None for those that all runs have.
        bins: Size bins; None for those that the work directories were scored in, else COCO's.
        bins_by: What the limits of ``bins`` measure.
        area_of: ``annotation``, ``mask`` or ``box``; None as for ``bins``.
        protocol: ``coco``, ``voc07`` or ``voc12``; None as for ``bins``.
        max_dets: Detections per image and class that count; None as for ``bins``.
        classes: Class names of label maps; None for those that the folder names.
        ignore_index: Label of the ground truth to leave out; None likewise.
        bootstrap: How many times images are drawn for the intervals.
        seed: Seed of these draws.
        pictures: How many images to show for each run but the first; 0 for none.
        fail_if: Conditions such as ``small < -1.0`` (points) that fail the comparison where they
            hold beyond noise; what came of them is in ``checks`` of the report.
        junit: XML file to write what came of ``fail_if`` to, for CI servers.
        on_error: ``stop`` at entries that cannot be scored, or ``skip`` them.
        progress: Whether to show progress.
        say: Receives a line for each step and for what was written.

    Returns:
        The report.

    Raises:
        UserError: If the runs cannot be read or compared, or an argument cannot be used.
    """
    for name, value, least in (('bootstrap', bootstrap, 2), ('pictures', pictures, 0)):
        if value < least:
            raise UserError(f'{argument(name, value)}: must be {least} or more')
    check_target(output)
    conditions = parse_conditions(fail_if)
    if junit is not None and not conditions:
        raise UserError(f'{argument("junit")} writes what came of {argument("fail_if")}: give one')
    sides = [] if against is None else [against, paths]
    of_models = name_models(sides, names) if sides else ()
    paths, names = ([*against, *paths], None) if against is not None else (paths, names)
    where: dict[str, Any] = dict(gt=gt, images=images, names=names)
    draws = dict(resamples=bootstrap, seed=seed, level=LEVEL, progress=progress)
    chosen: dict[str, Any] = {} if bins is None else dict(bins=bins, bins_by=bins_by)
    scoring = dict(area_of=area_of, protocol=protocol, max_dets=max_dets)
    labels: dict[str, Any] = dict(classes=classes, ignore_index=ignore_index)
    runs: Sequence[Run]
    made: list[tuple[Section, list[Part], list[str]]]
    kept = next((kind for kind in KEPT_KINDS if all_hold(paths, kind.file, kind.holding)), None)
    segmenters = kept is None and _are_segmenters(paths, gt)
    if kept is not None:
        other = dict(gt=gt, images=images, iou_types=iou_types, **scoring, **labels)
        _refuse(other, 'detections or label maps', kept.models)
        runs = kept.read(paths, names)
        models = _models(runs, of_models, sides)
        made = [kept.section(runs, models, shared_options(runs, chosen), draws, say)]
    elif segmenters:
        _refuse(dict(iou_types=iou_types, **scoring), 'detections', 'label maps')
        where |= dict(on_error=on_error, progress=progress, say=say)
        runs = label_maps = read_segmenter_runs(paths, **where, **labels)
        options = shared_options(runs, chosen)
        models = _models(runs, of_models, sides)
        made = [segmentation_section(label_maps, models, options, pictures, draws, say)]
    else:
        _refuse(labels, 'label maps', 'detections')
        runs = detectors = read_detector_runs(paths, **where)
        kinds = shared_kinds(detectors, iou_types)
        options = shared_options(runs, {**chosen, **scoring})
        options |= dict(on_error=on_error, progress=progress)
        models = _models(runs, of_models, sides)
        made = [
            detection_section(detectors, models, kind, options, pictures, draws, say)
            for kind in kinds
        ]
    names = models.names
    notes = [note for *_, of_section in made for note in of_section]
    if unlogged := [run.name for run in runs if run.log is None]:
        notes.append(f'No training log: {", ".join(unlogged)}.')
    if sides:
        notes.append('Pictures and curves of scores show the first run of each model.')
    sections = [section for section, _, _ in made]
    checks = check_conditions(conditions, sections)
    told = [f'{c.of}: {c.condition}: {c.outcome} ({c.message})' for c in checks]
    thing = 'region' if segmenters else 'object'
    report = Report(
        title=f'{" and ".join(names[1:])} against {names[0]}, by {thing} size',
        runs=names,
        sections=sections,
        parts=[part for _, training, _ in made for part in training],
        notes=list(dict.fromkeys([*notes, *told])),
        checks=checks,
    )
    for section in report.sections:
        for verdict in section.verdicts:
            say(f'{section.title}: {verdict.sentence}')
    say(f'written: {", ".join(map(str, write_report(report, output)))}')
    if junit is not None:
        write_junit(checks, junit)
    for line in told:
        say(line)
    return report


def _models(
    runs: Sequence[Run], of_models: Sequence[str], sides: Sequence[Sequence[str | Path]]
) -> Models:
    """Return what is compared: two models with the runs of two sides, or every run by itself."""
    if sides:
        return Models(of_models, [len(side) for side in sides])
    return Models([run.name for run in runs], [1] * len(runs))


def _refuse(options: Mapping[str, Any], fit: str, given: str) -> None:
    """Refuse options that do not fit the kind of the runs."""
    # On a command line iou_types is --iou-type, followed by one or more.
    if unfit := [argument(key) for key, value in options.items() if value is not None]:
        named = ', '.join(unfit).replace('--iou-types', '--iou-type')
        raise UserError(f'{named}: for {fit}, and these runs are of {given}')


def _are_segmenters(paths: Sequence[str | Path], gt: str | Path | None) -> bool:
    """Return whether the runs are of segmenters; refuse runs of both kinds."""
    truth_of_maps = gt is not None and Path(gt).is_dir()
    kinds: dict[bool, list[Path]] = {True: [], False: []}
    for path in map(Path, paths):
        of_maps = truth_of_maps and not is_saved_evaluation(path) and holds_label_maps(path)
        kinds[holds_saved_regions(path) or of_maps].append(path)
    if all(kinds.values()):
        raise UserError(
            f'{kinds[True][0]} holds label maps and {kinds[False][0]} detections or nothing: runs '
            'of one kind can be compared'
        )
    return bool(kinds[True])
