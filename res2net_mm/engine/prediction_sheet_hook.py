"""Save pictures of the first predictions of a test run beside its numbers."""

from collections.abc import Sequence
from pathlib import Path

import cv2
from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError
from res2net_mm.evaluation import Boxes, draw_sheet
from res2net_mm.registry import HOOKS

SHEET = 'predictions.png'


@HOOKS.register_module(force=True)  # a reload is harmless
class PredictionSheetHook(Hook):
    """Write ``predictions.png`` into the work directory after a detector's test run.

    Args:
        images: How many images to show, the first of the test set.
        score_threshold: Predictions below it are not drawn.
    """

    priority = 'LOW'

    def __init__(self, images: int = 8, score_threshold: float = 0.5) -> None:
        self.images = images
        self.score_threshold = score_threshold
        self.samples: list = []

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Sequence
    ) -> None:
        """Keep the samples to draw."""
        detections = [sample for sample in outputs if 'pred_instances' in sample]
        self.samples += detections[: self.images - len(self.samples)]

    def after_test_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Draw them and write the file."""
        if not self.samples or runner.rank != 0:
            return
        pictures = []
        for sample in self.samples:
            image = cv2.imread(sample.img_path)
            if image is None:
                raise UserError(f'image {sample.img_path} cannot be read any more')
            seen = sample.pred_instances
            seen = seen[seen.scores >= self.score_threshold]
            truth = sample.get('gt_instances')
            pictures.append((image, _boxes(truth, scored=False), _boxes(seen, scored=True)))
        classes = runner.test_dataloader.dataset.metainfo['classes']
        path = Path(runner.work_dir) / SHEET
        partial = path.with_name(f'.{SHEET}.partial.png')
        cv2.imwrite(str(partial), draw_sheet(pictures, classes))
        partial.replace(path)
        runner.logger.info(f'pictures of the first {len(pictures)} predictions: {path}')
        self.samples = []


def _boxes(instances, *, scored: bool) -> Boxes:
    bboxes = instances.bboxes
    bboxes = getattr(bboxes, 'tensor', bboxes)  # mmdet's box classes hold a tensor
    return Boxes(
        bboxes.cpu().numpy(),
        instances.labels.cpu().numpy(),
        instances.scores.cpu().numpy() if scored else None,
    )
