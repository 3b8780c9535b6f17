"""Score detections that any framework has written to files; no model is needed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.bootstrap import check_bootstrap, with_intervals
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size
from res2net_mm.evaluation.detection.coco.conventions import convert_results, find_convention
from res2net_mm.evaluation.detection.coco.detections import (
    Results,
    read_results,
    shapes_of_both,
    with_ids,
)
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.detection.errors import error_table
from res2net_mm.evaluation.detection.errors.label_fault_files import write_label_faults
from res2net_mm.evaluation.detection.size_result import (
    SizeResult,
    class_table,
    size_table,
    write_json,
)
from res2net_mm.evaluation.detection.voc_results import find_voc_results, read_voc_results
from res2net_mm.formats import BOXES, BoxImages, Findings, describe_unknown, read_folder
from res2net_mm.formats.boxes.coco import COCO
from res2net_mm.formats.boxes.voc import FROM_ZERO, VOC
from res2net_mm.formats.splits import split_of

Rename = Callable[[Results], Results]


def evaluate_files(
    gt: str | Path,
    dt: str | Path,
    *,
    iou_types: Sequence[str] | None = None,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    area_of: str = 'annotation',
    protocol: str | None = None,
    max_dets: Sequence[float] | None = None,
    split: str | None = None,
    layout: str | None = None,
    dt_format: str | Sequence[str] = (),
    bootstrap: int = 0,
    seed: int = 0,
    on_error: str = 'stop',
    classwise: bool = False,
    errors: bool = False,
    label_faults: str | Path | None = None,
    images: str | Path | None = None,
    json_path: str | Path | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> list[SizeResult]:
    """Read files, score them by object size and print the tables.

    Args:
        gt: COCO annotation file, or a folder of images with boxes.
        dt: COCO results file, or for a VOC folder also a folder of files named
            ``comp4_det_<split>_<class>.txt``. COCO results on a VOC folder name images by file
            name without ending or by its number (12 for 000012), and classes by name or by place
            in alphabetical order, from 1.
        iou_types: ``bbox``, ``segm`` or both; None for what both files have.
        bins: As in ``evaluate_by_size``, like the arguments up to ``max_dets``.
        bins_by: What the limits of bins measure.
        area_of: ``annotation``, ``mask`` or ``box``.
        protocol: ``coco``, ``voc07`` or ``voc12``; None for COCO's with a COCO file, and for VOC's
            of its year (2007, or later) with a VOC folder.
        max_dets: Detections per image and class that count.
        split: Split of a VOC folder; None for that of the detection files, else test, else the
            only one.
        layout: The layout to read a folder in; None for the one with the most labels.
        dt_format: What the COCO results file has otherwise than COCO, to be converted: keys of
            :data:`~res2net_mm.evaluation.detection.coco.conventions.DT_FORMATS`, such as
            ``['xyxy', 'relative']`` or ``'xyxy relative'``.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        on_error: ``stop`` at what cannot be scored, or ``skip`` it.
        classwise: Whether to print AP and AR per class, too.
        errors: Whether to find and print what each kind of error costs, too.
        label_faults: Folder for a ranked list of probable faults of the ground truth, with crops;
            None for none.
        images: Folder of the images, for the crops; None for that of a folder of ground truth.
        json_path: Where to write the results; None for nowhere.
        progress: Whether to show progress.
        say: Receives the tables and what else a reader should know.

    Returns:
        The results, one for each IoU type.

    Raises:
        UserError: If the files cannot be read or do not fit together; a line for each fault.
    """
    check_bootstrap(bootstrap)
    if images is not None and not Path(images).is_dir():
        raise UserError(f'{argument("images", str(images))}: no such folder')
    lines: tuple[str, ...] = ()
    rename: Rename = _as_it_is
    if Path(gt).is_dir():
        read_as, truth, results, rename, lines, image_dir = _read_folder(
            Path(gt), Path(dt), split, layout, on_error
        )
        images = images or image_dir
        if read_as == VOC.name:
            protocol = protocol or ('voc07' if '2007' in str(Path(gt).resolve()) else 'voc12')
    elif split is not None or layout is not None:
        given = argument('split', split) if split is not None else argument('layout', layout)
        raise UserError(f'{given} is for a folder, and {gt} is none')
    else:
        truth, results = read_ground_truth(gt), read_results(dt)
    formats = dt_format.split() if isinstance(dt_format, str) else list(dt_format)
    convention = '' if formats or Path(dt).is_dir() else find_convention(results, truth, rename)
    if formats:
        results = convert_results(results, truth, formats)
    results = rename(results)
    say(f'{gt}: {len(truth.images)} images, {len(truth.annotations)} objects')
    say(f'{dt}: {len(results.entries)} detections')
    told = set()
    scored = []
    kinds = iou_types or shapes_of_both(truth, results)
    for iou_type in kinds:
        try:
            result = evaluate_by_size(
                truth,
                results,
                iou_type=iou_type,
                bins=bins,
                bins_by=bins_by,
                area_of=area_of,
                protocol=protocol or 'coco',
                max_dets=max_dets,
                on_error=on_error,
                errors=errors or label_faults is not None,
                progress=progress,
            )
        except UserError as error:
            raise UserError(f'{error}\n{convention}'.strip()) from error
        for note in (*lines, *result.notes, *filter(None, [convention])):
            if note not in told:
                told.add(note)
                say(f'note: {note}')
        if bootstrap:
            draws: dict[str, Any] = dict(resamples=bootstrap, seed=seed, progress=progress)
            result = with_intervals(result, **draws)
            if result.errors is not None:
                result = replace(result, errors=with_intervals(result.errors, **draws))
        scored.append(result)
        say('\n' + size_table(result))
        if classwise:
            say('\n' + class_table(result))
            say('\n' + class_table(result, 'AR'))
        if errors and result.errors is not None:
            say('\n' + error_table(result.errors))
        if label_faults is not None and result.errors is not None:
            folder = Path(label_faults, iou_type) if len(kinds) > 1 else Path(label_faults)
            say('\n' + write_label_faults(result.errors, truth, folder, images))
    if json_path is not None:
        say(f'Written to {write_json(scored, json_path)}')
    return scored


def _read_folder(
    root: Path, dt: Path, split: str | None, layout: str | None, on_error: str
) -> tuple[str, GroundTruth, Results, Rename, tuple[str, ...], Path]:
    """Return the layout of a folder, its ground truth, its detections as read, notes, its images.

    The ids are those of the annotation file, and names where a folder has none; what gives the
    detections these names comes before the notes.
    """
    findings = Findings()
    read = read_folder(root, BOXES, findings, layout)
    if read is None:
        raise UserError(describe_unknown(root, BOXES))
    layout = read[0]
    splits: dict[str, BoxImages] = read[1]
    files = find_voc_results(dt) if dt.is_dir() else {}
    written = [of for of, _ in files]
    named = split or next(iter(written), 'test')
    chosen = split_of(named) or named
    if chosen not in splits and split is None and len(splits) == 1:
        (chosen,) = splits
    if chosen not in splits:
        raise UserError(f'{root} has no split {named!r}, only {", ".join(sorted(splits))}')
    lines = tuple(map(str, findings))
    content, image_dir = splits[chosen].content, splits[chosen].image_dir
    if layout == COCO.name:
        return layout, read_ground_truth(content), read_results(dt), _as_it_is, lines, image_dir
    names = {
        image['id']: Path(image['file_name']).with_suffix('').as_posix()
        for image in content['images']
    }
    classes = {category['id']: category['name'] for category in content['categories']}
    truth = read_ground_truth(
        {
            'images': [{**image, 'id': names[image['id']]} for image in content['images']],
            'categories': [{**c, 'id': c['name']} for c in content['categories']],
            'annotations': [
                {**a, 'image_id': names[a['image_id']], 'category_id': classes[a['category_id']]}
                for a in content['annotations']
            ],
        }
    )
    if files:
        of = named if named in written else written[0]
        from_zero = any(finding.name == FROM_ZERO for finding in findings)
        results, more = read_voc_results(
            dt, of, list(classes.values()), from_zero=from_zero, on_error=on_error
        )
        return layout, truth, results, _as_it_is, (*lines, *more), image_dir
    rename = partial(_with_names, names=list(names.values()), classes=classes)
    return layout, truth, read_results(dt), rename, lines, image_dir


def _as_it_is(results: Results) -> Results:
    return results


def _with_names(results: Results, names: Iterable[str], classes: Mapping[Any, str]) -> Results:
    """Return results with names in place of ids that are numbers."""
    images: dict[Any, str] = {}
    for name in names:
        images[name] = name
        if Path(name).name.isdecimal():
            images[int(Path(name).name)] = name
    return with_ids(results, images, classes)
