"""AP and AR by object size as an MMEngine metric, for COCO-layout and any other data."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.fileio import get_local_path
from mmengine.logging import MMLogger

from res2net_mm.errors import UserError, argument, check_choice
from res2net_mm.evaluation.bootstrap import with_intervals
from res2net_mm.evaluation.by_size_metric import BySizeMetric
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size
from res2net_mm.evaluation.detection.average_precision import SCORES
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.detection.coco.samples import (
    categories_of_labels,
    coco_detections,
    coco_ground_truth,
    predictions_of,
    truth_of,
)
from res2net_mm.evaluation.detection.coco.truth_arrays import AREAS_OF
from res2net_mm.evaluation.detection.protocols import check_max_dets, find_protocol
from res2net_mm.evaluation.detection.saved_evaluation import (
    detections_file,
    is_saved_evaluation,
    save_detections,
    save_evaluation,
)
from res2net_mm.evaluation.detection.size_result import (
    SizeResult,
    class_table,
    size_table,
    write_json,
)
from res2net_mm.evaluation.size_bins import make_bins, short_name
from res2net_mm.formats.findings import check_on_error
from res2net_mm.formats.text_file import read_json
from res2net_mm.registry import METRICS

RESULT_FILE = 'ap_by_size.json'
SHAPES = ('bbox', 'segm')


@METRICS.register_module()
class SizeMetric(BySizeMetric):
    """AP and AR for small, medium, large and all objects, as a table, as JSON and as metric values.

    The values are named as in MMDetection's CocoMetric, so ``save_best='coco/bbox_mAP'`` works with
    both: ``coco/bbox_mAP``, ``_mAP_50``, ``_mAP_75``, ``_mAP_s``, ``_mAP_m``, ``_mAP_l``, and
    ``coco/bbox_AR``, ``_AR_s``, ``_AR_m``, ``_AR_l``; other bins by their own name. They are in
    0..1 and not rounded. A bin without ground truth has no value.

    By VOC's rules they are named as in MMDetection's VOCMetric and equal to its: ``pascal_voc/mAP``
    and ``pascal_voc/AP50``, and ``mAP_s`` and so on.

    Args:
        ann_file: Ground truth in COCO layout; all its images count, as in CocoMetric. None gathers
            it from the data samples instead (VOC and others), which needs LoadAnnotations after
            Resize in the test pipeline; ignored instances (VOC: difficult) are then ignored.
        metric: ``bbox``, ``segm`` or a list of them.
        bins: Size bins, see :func:`res2net_mm.evaluation.make_bins`; None for COCO's three.
        bins_by: What the limits of bins measure: ``area``, ``side``, ``relative-area`` or
            ``relative-side``.
        area_of: The area of an object: of the ``annotation``, of the ``mask`` or of the ``box``.
        protocol: ``coco``, ``voc07`` (11 points) or ``voc12`` (area under the curve).
        max_dets: Detections per image and class that count, in rising order; None for the
            protocol's own.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        on_error: ``stop`` to refuse predictions or objects that cannot be scored, ``skip`` to leave
            them out; either says what and how many.
        classwise: Whether to print AP and AR per class, too; the JSON file always has them.
        out_dir: Where ``ap_by_size.json`` goes and, for comparisons, the detections and what they
            were scored against; overwritten by each evaluation. None for the work directory of the
            run, found by the log file; without one nothing is written.
        format_only: Whether to write the detections as COCO results and score nothing, for images
            without labels, as in CocoMetric. Needs ``ann_file``, for the ids of images and classes;
            ``out_dir`` is by default ``predictions`` in the work directory, so that what an earlier
            evaluation wrote stays whole.
        backend_args: MMEngine's file backend for ``ann_file``.
        base: Arguments of BaseMetric: ``collect_device``, ``prefix``, ``collect_dir``.

    Raises:
        UserError: If an argument, the annotation file or the predictions are unusable.
    """

    def __init__(
        self,
        *,
        ann_file: str | Path | None = None,
        metric: str | Sequence[str] = 'bbox',
        bins: Iterable | None = None,
        bins_by: str = 'area',
        area_of: str = 'annotation',
        protocol: str = 'coco',
        max_dets: Sequence[float] | None = None,
        bootstrap: int = 0,
        seed: int = 0,
        on_error: str = 'stop',
        classwise: bool = False,
        out_dir: str | Path | None = None,
        format_only: bool = False,
        backend_args: Mapping | None = None,
        **base: Any,
    ):
        rules = find_protocol(protocol)
        self.default_prefix = 'coco' if protocol == 'coco' else 'pascal_voc'
        super().__init__(bootstrap=bootstrap, seed=seed, out_dir=out_dir, **base)
        self.iou_types = [metric] if isinstance(metric, str) else list(metric)
        if not self.iou_types or not set(self.iou_types) <= set(SHAPES):
            raise UserError(
                f'{argument("metric", metric)} must be one or more of {", ".join(SHAPES)}'
            )
        if protocol != 'coco' and self.iou_types != ['bbox']:
            raise UserError(f"VOC scores boxes: {argument('metric', metric)} must be 'bbox'")
        check_choice('area_of', area_of, AREAS_OF)
        check_on_error(on_error)
        self.options: dict[str, Any] = dict(
            bins=make_bins(bins, bins_by),
            area_of=area_of,
            protocol=protocol,
            max_dets=check_max_dets(max_dets, rules),
            on_error=on_error,
        )
        # VOC's boxes include their last pixel; a COCO file's do not.
        self.inclusive = protocol != 'coco' and ann_file is None
        self.classwise = classwise
        self.ann_file = ann_file
        self.format_only = format_only
        if format_only and ann_file is None:
            raise UserError(
                f'{argument("format_only", True)} needs {argument("ann_file")}, a COCO file that '
                'tells the ids of the images and categories'
            )
        if format_only and out_dir is not None and is_saved_evaluation(out_dir):
            raise UserError(
                f'{argument("out_dir", str(out_dir))} holds an evaluation, whose detections would '
                'be overwritten: name another folder'
            )
        self.local = backend_args is None  # so that a later comparison can open ann_file, too
        self._images: str | None = None  # folder that the file names of the images start from
        # Read now: a wrong file should not be found out after the first epoch.
        self.ground_truth: GroundTruth | None = None
        if ann_file is not None:
            self.ground_truth = _read(str(ann_file), backend_args, labelled=not format_only)
        self._said: set[str] = set()

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the predictions and ground truth of one batch of MMDetection's data samples.

        They are dicts with ``pred_instances``, ``img_id`` and, without an ann_file,
        ``gt_instances``, ``ignored_instances`` and ``ori_shape``.
        """
        with_masks = 'segm' in self.iou_types
        for sample in data_samples:
            predictions = predictions_of(sample, with_masks=with_masks, inclusive=self.inclusive)
            if self.ground_truth is None:
                truth = truth_of(sample, with_masks=with_masks, inclusive=self.inclusive)
            else:
                truth = sample['img_id']
            if not self.results:
                self._images = image_folder(sample, self.ground_truth)
            self.results.append((truth, predictions))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Score all kept samples, log the table and write the files.

        Raises:
            UserError: If there were no images, no ground truth, or predictions that do not fit it.
        """
        if not results:
            raise UserError('nothing to evaluate: the dataset has no images')
        if self.format_only:
            return self._write_detections(*zip(*results, strict=True))
        ground_truth, detections = self.collected(results)
        logger = MMLogger.get_current_instance()
        scored = []
        for iou_type, found in detections.items():
            logger.info(
                f'Evaluating {iou_type}: {len(results)} images, {len(found)} detections ...'
            )
            result = evaluate_by_size(ground_truth, found, iou_type=iou_type, **self.options)
            self._say(result.notes)
            if self.bootstrap:
                result = with_intervals(result, resamples=self.bootstrap, seed=self.seed)
            scored.append(result)
            logger.info('\n' + size_table(result))
            if self.classwise:
                logger.info('\n' + class_table(result))
                logger.info('\n' + class_table(result, 'AR'))
        if (out_dir := self.out_dir) is not None:
            self.save(out_dir, ground_truth, detections)
            logger.info(f'Written to {write_json(scored, out_dir / RESULT_FILE)}')
        return {key: value for result in scored for key, value in _values(result).items()}

    def collected(self, results: Sequence[Any]) -> tuple[GroundTruth, dict[str, list[dict]]]:
        """Return the ground truth of kept samples, and their COCO results by ``iou_type``.

        Raises:
            UserError: If there is no ground truth, or the predictions do not fit it.
        """
        truths, predictions = zip(*results, strict=True)
        ground_truth, image_ids, category_ids = self._ground_truth_of(truths)
        return ground_truth, {
            iou_type: coco_detections(predictions, image_ids, category_ids, iou_type)
            for iou_type in self.iou_types
        }

    def save(
        self,
        folder: str | Path,
        ground_truth: GroundTruth,
        detections: Mapping[str, Sequence[Mapping[str, Any]]],
    ) -> None:
        """Write to a folder what a later comparison needs of what ``collected`` returned.

        A ground truth of fewer images than ``ann_file`` has is written, too.
        """
        of_file = self.local and self.ground_truth is not None
        whole = of_file and len(ground_truth.images) == len(self.ground_truth.images)  # type: ignore[union-attr]
        save_evaluation(
            folder,
            ground_truth=ground_truth,
            ground_truth_file=self.ann_file if whole else None,
            images=self._images,
            detections=detections,
            options=self.options,
        )

    def _write_detections(self, image_ids: Sequence[Any], predictions: Sequence[Any]) -> dict:
        """Write the detections of all kept samples and return no scores."""
        assert self.ground_truth is not None, 'checked when the metric was made'
        out_dir = self._out_dir or (self.out_dir and self.out_dir / 'predictions')
        if out_dir is None:
            raise UserError(f'name the folder of the detections: {argument("out_dir")}')
        category_ids = self._category_ids(self.ground_truth)
        for iou_type in self.iou_types:
            found = coco_detections(predictions, image_ids, category_ids, iou_type)
            save_detections(out_dir, {iou_type: found})
            MMLogger.get_current_instance().info(
                f'{iou_type}: {len(found)} detections in {len(image_ids)} images; no ground truth, '
                f'so no scores. Written to {out_dir / detections_file(iou_type)}'
            )
        return {}

    def _category_ids(self, ground_truth: GroundTruth) -> Sequence[Any]:
        category_ids, note = categories_of_labels(ground_truth, self.classes, str(self.ann_file))
        self._say([note] if note else [])
        return category_ids

    def _ground_truth_of(
        self, truths: Sequence[Any]
    ) -> tuple[GroundTruth, Sequence[Any], Sequence[Any]]:
        """Return the ground truth, the image id of each sample and the category id of each label.

        ``truths`` are the image ids of the samples, or their records if there is no ann_file.
        """
        classes = self.classes
        if self.ground_truth is None:
            ground_truth = read_ground_truth(coco_ground_truth(truths, classes))
            image_ids: Sequence[Any] = range(len(truths))
            category_ids: Sequence[Any] = range(1, len(classes) + 1)
            self._say(_doubts(truths))
        else:
            category_ids = self._category_ids(self.ground_truth)
            ground_truth, image_ids = self.ground_truth.of_categories(set(category_ids)), truths
            if unseen := len(ground_truth.images) - len(set(image_ids)):
                self._say([f'images of {self.ann_file} that got no prediction: {unseen}'])
        if all(annotation['iscrowd'] for annotation in ground_truth.annotations):
            where = self.ann_file or 'the data samples'
            raise UserError(f'{where}: no ground-truth boxes of the classes {classes}')
        return ground_truth, image_ids, category_ids

    def _say(self, notes: Iterable[str]) -> None:
        """Log warnings, each once and not after every epoch."""
        for note in notes:
            if note not in self._said:
                self._said.add(note)
                MMLogger.get_current_instance().warning(note)


def _read(ann_file: str, backend_args: Mapping | None, *, labelled: bool) -> GroundTruth:
    if backend_args is not None:
        with get_local_path(ann_file, backend_args=backend_args) as path:
            return _read(path, None, labelled=labelled)
    content = None if labelled else read_json(ann_file)
    if isinstance(content, dict):  # COCO's test sets have no annotations
        return read_ground_truth({'annotations': [], **content})
    return read_ground_truth(ann_file)


def image_folder(sample: Mapping, ground_truth: GroundTruth | None) -> str | None:
    """Return the folder that the file names of the images start from; None if it is not known."""
    path = str(sample.get('img_path') or '')
    if not path or '://' in path:
        return None
    if ground_truth is None:  # file names are whole paths then
        return str(Path.cwd())
    named = (i.get('file_name') for i in ground_truth.images if i['id'] == sample['img_id'])
    name = next(named, None)
    return str(Path(path[: -len(name)]).resolve()) if name and path.endswith(name) else None


def _doubts(truths: Sequence[Mapping]) -> list[str]:
    """Return warnings about ground truth that came with the data samples."""

    def reaches_out(truth: Mapping[str, Any]) -> bool:
        corners = [(x + w, y + h) for x, y, w, h in (entry['bbox'] for entry in truth['objects'])]
        return any(x > truth['width'] + 1 or y > truth['height'] + 1 for x, y in corners)

    doubts = []
    if outside := sum(map(reaches_out, truths)):
        doubts.append(
            f'ground-truth boxes reach out of {outside} of {len(truths)} images: if Resize scaled '
            'them, put LoadAnnotations after it in the test pipeline'
        )
    if degenerate := sum(truth['degenerate'] for truth in truths):
        doubts.append(f'ground-truth boxes without width or height, left out: {degenerate}')
    return doubts


def _values(result: SizeResult) -> dict[str, float]:
    """Return the scores by MMDetection's names, without those that are None."""
    is_coco = result.protocol == 'coco'
    values = {}
    for score in SCORES:
        name = f'{result.iou_type}_{score.coco}' if is_coco else score.voc
        values[name] = result.overall.scores[score.name]
        for scores in result.bins if score.in_bins else ():
            values[f'{name}_{short_name(scores.size_bin)}'] = scores.scores[score.name]
    return {key: value for key, value in values.items() if value is not None}
