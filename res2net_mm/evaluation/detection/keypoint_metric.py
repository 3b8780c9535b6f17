"""OKS AP and AR of keypoints by object size as an MMEngine metric."""

import logging
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import MMLogger

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.by_size_metric import BySizeMetric
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size
from res2net_mm.evaluation.detection.coco.ground_truth import read_ground_truth
from res2net_mm.evaluation.detection.keypoints import MAX_DETS
from res2net_mm.evaluation.detection.saved_evaluation import save_evaluation
from res2net_mm.evaluation.detection.size_metric import RESULT_FILE, image_folder
from res2net_mm.evaluation.detection.size_result import SizeResult, size_table, write_json
from res2net_mm.evaluation.size_bins import SizeBin, make_bins, short_name
from res2net_mm.formats.text_file import read_json
from res2net_mm.registry import METRICS


@METRICS.register_module()
class KeypointMetric(BySizeMetric):
    """AP and AR of keypoints for small, medium, large and all objects.

    MMPose's CocoMetric scores each pose by its box and its keypoints and removes duplicates; its
    ten numbers are here under its names (``coco/AP``, ``coco/AP .5``, ``coco/AP (M)``, ...), so
    ``save_best='coco/AP'`` works with both. Other bins go by their own name, ``coco/AP (tiny)``.
    COCO labels no keypoints of small people.

    Args:
        ann_file: Ground truth in COCO layout with ``keypoints``.
        score_mode: How a pose is scored, ``nms_mode`` and ``nms_thr`` how duplicates are found, and
            ``keypoint_score_thr`` which keypoints count in the score: see MMPose's CocoMetric.
        nms_mode: See ``score_mode``.
        nms_thr: See ``score_mode``.
        keypoint_score_thr: See ``score_mode``.
        bins: Size bins, see :func:`res2net_mm.evaluation.make_bins`; None for COCO's three.
        bins_by: What the limits of bins measure: ``area``, ``side``, ``relative-area`` or
            ``relative-side``.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        out_dir: Where ``ap_by_size.json`` and, for comparisons, the poses go; None for the work
            directory of the run.
        base: Arguments of BaseMetric.

    Raises:
        UserError: An argument, the annotation file or the predictions are unusable, or MMPose is
            not installed.
    """

    default_prefix = 'coco'

    def __init__(
        self,
        *,
        ann_file: str | Path,
        score_mode: str = 'bbox_keypoint',
        nms_mode: str = 'oks_nms',
        nms_thr: float = 0.9,
        keypoint_score_thr: float = 0.2,
        bins: Iterable | None = None,
        bins_by: str = 'area',
        bootstrap: int = 0,
        seed: int = 0,
        out_dir: str | Path | None = None,
        **base: Any,
    ):
        super().__init__(bootstrap=bootstrap, seed=seed, out_dir=out_dir, **base)
        self.ann_file = str(ann_file)
        self.ground_truth = read_ground_truth(self.ann_file)
        if not any(annotation.get('keypoints') for annotation in self.ground_truth.annotations):
            raise UserError(f'{argument("ann_file", self.ann_file)} holds no keypoints')
        self.options: dict[str, Any] = dict(bins=make_bins(bins, bins_by), max_dets=MAX_DETS)
        try:
            from mmpose.evaluation import CocoMetric
        except ImportError as error:
            raise UserError(
                f'keypoints are scored with MMPose, which cannot be used: {error}'
            ) from error
        self._images: str | None = None  # folder that the file names of the images start from
        self._folder = tempfile.TemporaryDirectory()
        self._prefix = f'{self._folder.name}/poses'
        self.poses = CocoMetric(
            ann_file=self.ann_file,
            score_mode=score_mode,
            nms_mode=nms_mode,
            nms_thr=nms_thr,
            keypoint_score_thr=keypoint_score_thr,
            format_only=True,
            outfile_prefix=self._prefix,
        )

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the poses of one batch of MMPose's data samples."""
        if not self.results and data_samples:
            self._images = image_folder(data_samples[0], self.ground_truth)
        self.poses.results = self.results  # which are gathered from all processes
        self.poses.process(data_batch, data_samples)

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Score all kept poses, log the table and write the files.

        Raises:
            UserError: If there were no images, or poses that do not fit the ground truth.
        """
        if not results:
            raise UserError(
                'nothing to evaluate: the dataset has no boxes to look for keypoints in'
            )
        meta = self.dataset_meta or {}
        self.poses.dataset_meta = meta
        logger = MMLogger.get_current_instance()
        level = logger.level
        try:
            logger.setLevel(logging.WARNING)  # it tells of a folder that is gone after the run
            self.poses.compute_metrics(results)
        finally:
            logger.setLevel(level)
        found = read_json(f'{self._prefix}.keypoints.json')
        sigmas = meta.get('sigmas')
        result = evaluate_by_size(
            self.ground_truth,
            found,
            iou_type='keypoints',
            sigmas=None if sigmas is None else list(map(float, sigmas)),
            **self.options,
        )

        def write(scored: SizeResult, folder: Path) -> str:
            save_evaluation(
                folder,
                ground_truth=self.ground_truth,
                ground_truth_file=self.ann_file,
                images=self._images,
                detections={'keypoints': found},
                options=self.options,
            )
            return str(write_json([scored], folder / RESULT_FILE))

        return _values(self.report(result, size_table, write))


def _values(result: SizeResult) -> dict[str, float]:
    """Return the scores by the names of MMPose's CocoMetric, without those that are None."""
    overall = result.overall
    recall = result.image_scores()().recall[0, :, :, -1].mean(axis=1)  # at each OKS
    values: dict[str, float | None] = {
        'AP': overall.ap,
        'AP .5': overall.ap50,
        'AP .75': overall.ap75,
        'AR': overall.ar_most,
        'AR .5': float(recall[0]),
        'AR .75': float(recall[5]),
    }
    for scores in result.bins:
        values |= {
            value_name('AP', scores.size_bin): scores.ap,
            value_name('AR', scores.size_bin): scores.ar_most,
        }
    return {name: value for name, value in values.items() if value is not None}


def value_name(score: str, size_bin: SizeBin) -> str:
    """Return the name of a score of a bin: ``AP (M)`` as MMPose has it, ``AP (tiny)``."""
    name = short_name(size_bin)
    return f'{score} ({name.upper() if len(name) == 1 else name})'
