"""From runs to a report: score, compare, draw, write."""

from collections.abc import Callable, Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.saved_evaluation import is_saved_evaluation
from res2net_mm.formats.label_map_pairs import holds_label_maps
from res2net_mm.report.detection.compare_detectors import compare_detectors
from res2net_mm.report.page.parts import Report
from res2net_mm.report.page.writing import check_target, write_report
from res2net_mm.report.segmentation.compare_segmenters import compare_segmenters
from res2net_mm.report.segmentation.segmenter_runs import holds_saved_regions

LEVEL = 0.95
_FLAGS = {'iou_types': 'iou-type'}  # those that are not called as their argument


def compare_runs(
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
    iou_types: Sequence[str] | None = None,
    bins: Sequence | None = None,
    bins_by: str = 'area',
    area_of: str | None = None,
    protocol: str | None = None,
    max_dets: Sequence[float] | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    pictures: int = 6,
    on_error: str = 'stop',
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> Report:
    """Compare detectors or segmenters by size, each with the first, and write a report.

    Args:
        paths: Work directories of ``tools/train.py`` and ``tools/test.py``, or COCO results files,
            or folders of label maps.
        output: The page to write, ``*.html``; what else is written is named after it.
        gt: COCO annotation file of the results files, folder of the ground-truth label maps.
        images: Folder of the images; None for what the work directories say.
        names: What to call the runs.
        iou_types: ``bbox``, ``segm`` or both; None for what all runs have.
        bins: Size bins; None for those that the work directories were scored in, else COCO's.
        bins_by: What the limits of ``bins`` measure.
        area_of: ``annotation``, ``mask`` or ``box``; None as for ``bins``.
        protocol: ``coco``, ``voc07`` or ``voc12``; None as for ``bins``.
        max_dets: Detections per image and class that count; None as for ``bins``.
        classes: Names of the classes of label maps; None for what the folder says.
        ignore_index: Label of their ground truth to leave out; None likewise.
        bootstrap: How often to draw the images anew for the intervals.
        seed: Of these draws.
        pictures: How many images to show for each run but the first; 0 for none.
        on_error: ``stop`` or ``skip`` what cannot be scored.
        progress: Whether to show progress.
        say: Gets what is being done, and what was written.

    Returns:
        The report.

    Raises:
        UserError: If the runs cannot be read or compared, or an argument cannot be used.
    """
    if bootstrap < 2:
        raise UserError(f'bootstrap must be 2 draws or more, got {bootstrap}; 1000 is usual')
    if pictures < 0:
        raise UserError(f'pictures must be 0 or more, got {pictures}')
    check_target(output)
    segmenters = _are_segmenters(paths, gt)
    of_detectors = dict(iou_types=iou_types, area_of=area_of, protocol=protocol, max_dets=max_dets)
    of_segmenters = dict(classes=classes, ignore_index=ignore_index)
    unfit = [k for k, v in (of_detectors if segmenters else of_segmenters).items() if v is not None]
    if unfit:
        flags = ', '.join('--' + _FLAGS.get(key, key.replace('_', '-')) for key in unfit)
        kinds = ('detections', 'label maps') if segmenters else ('label maps', 'detections')
        raise UserError(f'{flags}: for {kinds[0]}, and these runs are of {kinds[1]}')
    compare = compare_segmenters if segmenters else compare_detectors
    report = compare(
        paths,
        gt=gt,
        images=images,
        names=names,
        bins={'bins': None} if bins is None else {'bins': bins, 'bins_by': bins_by},
        draws=dict(resamples=bootstrap, seed=seed, level=LEVEL, progress=progress),
        pictures=pictures,
        on_error=on_error,
        progress=progress,
        say=say,
        **(of_segmenters if segmenters else of_detectors),
    )
    for section in report.sections:
        for verdict in section.verdicts:
            say(f'{section.title}: {verdict.sentence}')
    say(f'written: {", ".join(map(str, write_report(report, output)))}')
    return report


def _are_segmenters(paths: Sequence[str | Path], gt: str | Path | None) -> bool:
    """Whether the runs are of segmenters.

    Raises:
        UserError: If some are and some are not.
    """
    truth_of_maps = gt is not None and Path(gt).is_dir()
    kinds = {True: [], False: []}
    for path in map(Path, paths):
        of_maps = truth_of_maps and not is_saved_evaluation(path) and holds_label_maps(path)
        kinds[holds_saved_regions(path) or of_maps].append(path)
    if all(kinds.values()):
        raise UserError(
            f'{kinds[True][0]} holds label maps and {kinds[False][0]} detections or nothing: runs '
            'of one kind can be compared'
        )
    return bool(kinds[True])
