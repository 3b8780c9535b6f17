"""Run a detector on its test set at one zoom, and keep what it found for the next call."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from mmengine.config import ConfigDict
from mmengine.runner import Runner
from torch.utils.data import Dataset, Subset

from res2net_mm.engine.runs.data_loading import unreadable_image_is_one_error
from res2net_mm.evaluation import GroundTruth, SavedEvaluation, SizeMetric, read_saved_evaluation
from res2net_mm.file_kinds import sha256
from res2net_mm.formats.text_file import read_json
from res2net_mm.openmmlab.edit import walk
from res2net_mm.progress import track
from res2net_mm.whole_file import write_json_file

from .memory_guard import MemoryGuard, is_out_of_memory
from .tested_detector import TestedDetector
from .zoomed_pipeline import zoomed_pipeline

ZOOM_FILE = 'zoom.json'
FORM = 1  # of that file


@dataclass(frozen=True)
class Seen:
    """How the network saw an image."""

    index: int  # of the image in the test set
    image_id: Any  # in the ground truth
    width: float  # px of the input for a px of the image on disk
    height: float
    pixels: int  # of the input, without padding


@dataclass(frozen=True)
class ZoomRun:
    """A test set as a detector saw it at one zoom.

    Attributes:
        zoom: Factor beyond the config's own resize.
        seen: The images that were run.
        left_out: Index of each image that was too large -> why.
        memory: Pixels of the largest input so far and bytes it took, for forecasts.
        folder: Where the detections are, as an evaluation saves them.
        reused: Whether an earlier call ran it.
    """

    zoom: float
    seen: tuple[Seen, ...]
    left_out: Mapping[int, str]
    memory: tuple[int, int]
    folder: Path
    reused: bool = False

    def evaluation(self) -> SavedEvaluation:
        """Return ground truth, detections and how they are scored."""
        return read_saved_evaluation(self.folder)


def run_zoom(
    detector: TestedDetector,
    zoom: float,
    folder: Path,
    *,
    guard: MemoryGuard,
    smaller: ZoomRun | None = None,
    progress: bool = False,
    say: Callable[[str], None] = print,
) -> ZoomRun | None:
    """Run a detector on its test set at a zoom, or take what an earlier call has kept.

    Images are run in the config's batches up to zoom 1, so that zoom 1 is the test itself, and one
    by one above. An image that would not fit into memory is left out, with its objects.

    Args:
        detector: The detector.
        zoom: Factor beyond the config's own resize.
        folder: Where the detections are kept.
        guard: Forecasts memory; it learns from run to run.
        smaller: The run at a smaller zoom, by which the sizes of inputs are known beforehand.
        progress: Whether to show progress.
        say: Gets a line for each image that is left out.

    Returns:
        The run; None where no image fits into memory.

    Raises:
        UserError: An image cannot be read.
    """
    identity = _identity(detector, zoom)
    kept = _read(folder, zoom, identity, guard.limit)
    if kept is not None:
        if kept.memory[0] > guard.largest:
            guard.largest, guard.taken = kept.memory
        return kept
    shutil.rmtree(folder, ignore_errors=True)
    metric = detector.tests.make_metric()
    dataset, loader_settings = _build(detector, zoom, metric)
    known = (
        {s.index: s.pixels * (zoom / smaller.zoom) ** 2 for s in smaller.seen} if smaller else {}
    )
    left_out: dict[int, str] = {}
    seen: list[Seen] = []

    def leave_out(index: int, why: str) -> None:
        left_out[index] = why
        say(f'zoom {zoom:g}: {_file_of(dataset, index)} is left out: {why}')

    if smaller is not None:
        for index in smaller.left_out:
            leave_out(index, smaller.left_out[index])
    batch = 1 if zoom > 1 else int(loader_settings.get('batch_size', 1))
    chosen: list[int] = []
    for index in range(len(dataset)):  # type: ignore[arg-type]
        if index in left_out:
            continue
        if (why := guard.lacking(int(batch * known.get(index, 0)))) is not None:
            leave_out(index, why)
        else:
            chosen.append(index)
    if not chosen:
        return None
    # From the smallest image on: each forecast is for little more than what has been measured.
    if zoom > 1:
        chosen.sort(key=lambda index: known.get(index, 0))
    loader_settings.update(batch_size=batch)
    batches = [chosen[start : start + batch] for start in range(0, len(chosen), batch)]
    loader = Runner.build_dataloader(
        {**loader_settings, 'dataset': Subset(dataset, chosen)}, seed=0
    )
    with torch.no_grad(), unreadable_image_is_one_error():
        steps = zip(batches, loader, strict=True)
        for indices, items in track(
            steps, f'{detector.checkpoint.stem}, zoom {zoom:g}', total=len(batches), shown=progress
        ):
            pixels = sum(image.shape[-1] * image.shape[-2] for image in items['inputs'])
            if (why := guard.lacking(pixels)) is not None:
                for index in indices:
                    leave_out(index, why)
                continue
            try:
                samples = detector.model.test_step(items)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                torch.cuda.empty_cache()
                for index in indices:
                    leave_out(index, 'its memory could not be had')
                continue
            guard.measure(pixels)
            metric.process(items, [sample.to_dict() for sample in samples])
            for index, sample, image in zip(indices, samples, items['inputs'], strict=True):
                factor = tuple(map(float, sample.metainfo.get('scale_factor', (1, 1))[:2]))
                image_id = index if metric.ground_truth is None else sample.img_id
                area = int(image.shape[-1] * image.shape[-2])
                seen.append(Seen(index, image_id, factor[0], factor[1], area))
    if not seen:
        return None
    run = ZoomRun(zoom, tuple(seen), left_out, (guard.largest, guard.taken), folder)
    _write(run, identity, metric, guard.limit)
    return run


def _build(
    detector: TestedDetector, zoom: float, metric: SizeMetric
) -> tuple[Dataset, dict[str, Any]]:
    """Return the test set at a zoom, known to the metric, and the settings of its loader."""
    loader = deepcopy(detector.tests.cfg.test_dataloader)
    for part in walk(loader.dataset):
        if 'pipeline' in part:
            part['pipeline'] = zoomed_pipeline(part['pipeline'], zoom)
    dataset = detector.tests.build(loader)
    metric.dataset_meta = getattr(dataset, 'metainfo', None)
    settings = {k: v for k, v in loader.items() if k not in ('dataset', 'batch_sampler')}
    settings['sampler'] = ConfigDict(type='DefaultSampler', shuffle=False)
    settings['drop_last'] = False
    return dataset, settings


def _file_of(dataset: Any, index: int) -> str:
    """Return the file of an image, or its place in a data set that does not tell."""
    info = dataset.get_data_info(index) if hasattr(dataset, 'get_data_info') else {}
    return str(info.get('img_path', f'image {index}'))


def _identity(detector: TestedDetector, zoom: float) -> str:
    """Return a hash of all that decides what is detected, images themselves excepted."""
    cfg, digest = detector.tests.cfg, hashlib.sha256()
    parts = [f'{FORM} {zoom!r}', sha256(detector.checkpoint)]
    parts += [str(cfg.get(key)) for key in ('model', 'test_dataloader', 'test_evaluator')]
    ann_file = detector.tests.make_metric().ann_file
    if ann_file is not None and Path(ann_file).is_file():
        parts.append(sha256(Path(ann_file)))
    for part in parts:
        digest.update(part.encode() + b'\0')
    return digest.hexdigest()


def _write(run: ZoomRun, identity: str, metric: SizeMetric, limit: float | None) -> None:
    """Keep a run; the file that says so comes last."""
    truth, detections = metric.collected(metric.results)
    if metric.ground_truth is None:  # numbered in the order of the results
        truth, detections = _with_indices(truth, detections, [s.index for s in run.seen])
    else:
        truth = _of_images(truth, {s.image_id for s in run.seen}, bool(run.left_out))
    metric.save(run.folder, truth, detections)
    content = dict(
        form=FORM,
        identity=identity,
        zoom=run.zoom,
        images=[[s.index, s.image_id, s.width, s.height, s.pixels] for s in run.seen],
        left_out=[[index, why] for index, why in run.left_out.items()],
        memory=list(run.memory),
        limit=limit,
    )
    write_json_file(content, run.folder / ZOOM_FILE)


def _read(folder: Path, zoom: float, identity: str, limit: float | None) -> ZoomRun | None:
    """Return what was kept, None if there is nothing or it is of another model or test set.

    A run without some images is taken under the same ``limit`` of memory only.
    """
    path = folder / ZOOM_FILE
    if not path.is_file():
        return None
    content = read_json(path)
    if not isinstance(content, Mapping) or content.get('identity') != identity:
        return None
    if content['left_out'] and content['limit'] != limit:
        return None
    return ZoomRun(
        zoom,
        tuple(Seen(*entry) for entry in content['images']),
        dict(content['left_out']),
        tuple(content['memory']),
        folder,
        reused=True,
    )


def _with_indices(
    truth: GroundTruth, detections: Mapping[str, Sequence[Mapping]], indices: Sequence[int]
) -> tuple[GroundTruth, dict[str, list[dict[str, Any]]]]:
    """Return both with the index in the test set as the id of an image."""
    images = tuple({**image, 'id': indices[image['id']]} for image in truth.images)
    annotations = tuple({**a, 'image_id': indices[a['image_id']]} for a in truth.annotations)
    order = sorted(range(len(images)), key=lambda place: images[place]['id'])
    truth = replace(truth, images=tuple(images[i] for i in order), annotations=annotations)
    return truth, {
        iou_type: [{**entry, 'image_id': indices[entry['image_id']]} for entry in found]
        for iou_type, found in detections.items()
    }


def _of_images(truth: GroundTruth, ids: set[Any], some_left_out: bool) -> GroundTruth:
    """Return the ground truth of the images that were run, where some were left out."""
    if not some_left_out:
        return truth
    return replace(
        truth,
        images=tuple(image for image in truth.images if image['id'] in ids),
        annotations=tuple(a for a in truth.annotations if a['image_id'] in ids),
    )
