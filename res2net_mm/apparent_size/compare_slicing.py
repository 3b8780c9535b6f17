"""Compare a detector on whole images, on slices of them, and on both merged."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from mmengine.config import Config

from res2net_mm.engine.runs.data_loading import unreadable_image_is_one_error
from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation import SizeMetric, SizeResult, compare_results, evaluate_by_size
from res2net_mm.prediction import Predictor
from res2net_mm.prediction.inputs import Picture, read_pixels
from res2net_mm.prediction.predictor import found_objects
from res2net_mm.prediction.slices import OVERLAP, Found, join_slices, merge_overlapping
from res2net_mm.progress import track
from res2net_mm.report.by_size.size_plots import draw_differences
from res2net_mm.report.by_size.verdict import DETECTION
from res2net_mm.whole_file import whole_file, write_json_file

from .slicing_verdict import BOTH, SLICES, WHOLE, Slicing
from .tested_detector import TestSet, prepare_test_set

NAME = 'slicing'  # of the files
STEP = 32  # px, which the default side of a slice is a multiple of
WAYS = {WHOLE: 'whole', SLICES: 'slices', BOTH: 'both'}  # with their folders


def compare_slicing(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    out: str | Path,
    data: str | Path | None = None,
    layout: str | None = None,
    slice_size: int | None = None,
    overlap: float = OVERLAP,
    bootstrap: int = 1000,
    seed: int = 0,
    device: str | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, Slicing]:
    """Test a detector on whole images, on slices, and on both merged, and say which to use.

    Slices are those of ``predict`` with ``slice_size``, which runs both and merges. An image that
    fits into one slice has no slices and counts with its whole-image detections.

    ``out`` gets ``slicing.json``, ``.txt`` and ``.png`` (with ``.segm`` before the suffix for
    masks), and the detections of each way, which are runs for ``compare``, too.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        checkpoint: The trained weights, or a file that ``res2net-mm export`` wrote.
        out: The folder to write into.
        data: A folder in place of the config's data, as in testing.
        layout: The layout of ``data``; by default the best that fits.
        slice_size: Side of a slice in px; None for half the longer side of the middle image.
        overlap: Share of a slice that its neighbour has, too.
        bootstrap: How many times images are drawn for the intervals.
        seed: Seed of the draws.
        device: As torch calls it; default the GPU if there is one.
        cfg_options: Settings of the config to override.
        progress: Whether to show progress.
        say: Gets messages and tables.

    Returns:
        What was measured, by ``iou_type``.

    Raises:
        UserError: Something the user can mend.
    """
    if bootstrap < 2:
        raise UserError(
            f'{argument("bootstrap", bootstrap)} must be 2 draws or more: a verdict needs intervals'
        )
    out = Path(out)
    tests = prepare_test_set(
        config, checkpoint, work_dir=out, data=data, layout=layout, cfg_options=cfg_options
    )
    for message in tests.messages:
        say(message)
    dataset = tests.build()
    if slice_size is None:
        slice_size = _default_size(dataset)
        say(f'slices of {slice_size} px: half the longer side of the middle image')
    predictor = Predictor(
        checkpoint,
        tests.cfg,
        device=device,
        fused=False,  # as in a test
        slice_size=slice_size,
        overlap=overlap,
    )
    metrics, seconds, sliced = _run(predictor, tests, dataset, progress)
    scored = {way: _score(metric, out / WAYS[way], say) for way, metric in metrics.items()}
    found = {}
    for iou_type in scored[WHOLE]:
        results = {way: of_types[iou_type] for way, of_types in scored.items()}
        comparisons = {
            way: compare_results(
                results[WHOLE], results[way], resamples=bootstrap, seed=seed, progress=progress
            )
            for way in (SLICES, BOTH)
        }
        found[iou_type] = Slicing(
            slice_size, overlap, len(dataset), sliced, results, seconds, comparisons
        )
        _write(found[iou_type], iou_type, out, say)
    return found


def _default_size(dataset: Any) -> int:
    """Return half the longer side of the middle image, as a multiple of ``STEP`` px."""
    infos = (dataset.get_data_info(index) for index in range(len(dataset)))
    sides = [max(info['height'], info['width']) for info in infos if info.get('height')]
    if not sides:  # no annotation file tells
        sides = [max(dataset[index]['data_samples'].ori_shape[:2]) for index in range(len(dataset))]
    return max(STEP, round(median(sides) / 2 / STEP) * STEP)


def _run(
    predictor: Predictor, tests: TestSet, dataset: Any, progress: bool
) -> tuple[dict[str, SizeMetric], dict[str, float], int]:
    """Run every image in all ways; return what each found, its time, and how many were sliced."""
    metrics = {way: tests.make_metric() for way in WAYS}
    for metric in metrics.values():
        metric.dataset_meta = getattr(dataset, 'metainfo', None)
    total = dict.fromkeys(WAYS, 0.0)
    sliced = 0
    with unreadable_image_is_one_error():
        predictor.run_item(dataset[0])  # the first run of a process takes longer than the others
        for index in track(range(len(dataset)), 'slicing', total=len(dataset), shown=progress):
            start = time.perf_counter()
            item = dataset[index]
            sample = predictor.run_item(item)
            whole = found_objects(sample)
            after_whole = time.perf_counter()
            pixels = read_pixels(Picture('image', file=Path(sample.img_path)))
            height, width = pixels.shape[:2]
            windows = predictor.found_in_windows(pixels)
            after_windows = time.perf_counter()
            of_whole = ((0, 0, width, height), whole)
            slices = merge_overlapping(join_slices(windows or [of_whole], (height, width)))
            after_slices = time.perf_counter()
            both = merge_overlapping(join_slices([of_whole, *windows], (height, width)))
            after_both = time.perf_counter()

            of_image = after_whole - start
            of_windows = after_windows - after_whole if windows else of_image
            total[WHOLE] += of_image
            total[SLICES] += of_windows + after_slices - after_windows
            total[BOTH] += after_windows - start + after_both - after_slices
            sliced += bool(windows)
            plain = sample.to_dict()
            for way, found in ((SLICES, slices), (BOTH, both)):
                metrics[way].process(item, [{**plain, 'pred_instances': _instances(found)}])
            metrics[WHOLE].process(item, [plain])
    return metrics, {way: spent / len(dataset) for way, spent in total.items()}, sliced


def _instances(found: Found) -> dict[str, np.ndarray]:
    """Return objects as a metric takes them."""
    instances = dict(bboxes=found.boxes, scores=found.scores, labels=found.labels)
    return instances if found.masks is None else {**instances, 'masks': found.masks}


def _score(metric: SizeMetric, folder: Path, say: Callable[[str], None]) -> dict[str, SizeResult]:
    """Keep what was found, and return its scores by ``iou_type``."""
    truth, detections = metric.collected(metric.results)
    metric.save(folder, truth, detections)
    results = {}
    for iou_type, found in detections.items():
        result = evaluate_by_size(truth, found, iou_type=iou_type, **metric.options)
        for note in result.notes:
            say(f'note, {folder.name}: {note}')
        results[iou_type] = result
    return results


def _write(slicing: Slicing, iou_type: str, out: Path, say: Callable[[str], None]) -> None:
    """Say the table, and write it with the JSON file and the picture."""
    stem = NAME if iou_type == 'bbox' else f'{NAME}.{iou_type}'
    text = slicing.table()
    say('\n' + text)
    names: Sequence[str] = list(WAYS)
    picture = draw_differences(names, [slicing.comparisons[w] for w in names[1:]], DETECTION, NAME)
    written = [write_json_file(slicing.to_dict(), out / f'{stem}.json')]
    for suffix, content in (('.txt', f'{text}\n'.encode()), ('.png', picture.png)):
        with whole_file(out / (stem + suffix)) as partial:
            partial.write_bytes(content)
        written.append(out / (stem + suffix))
    say('\nwritten: ' + ', '.join(map(str, written)))
