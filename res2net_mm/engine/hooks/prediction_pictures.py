"""Save pictures of the first predictions of a test run beside its metrics."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from res2net_mm.errors import UserError
from res2net_mm.registry import HOOKS
from res2net_mm.whole_file import whole_file

if TYPE_CHECKING:
    from res2net_mm.evaluation import Boxes

SHEET = 'predictions.png'


@HOOKS.register_module(force=True)  # a reload is harmless
class PredictionSheetHook(Hook):
    """Write ``predictions.png`` into the work directory after a test run.

    Args:
        images: How many images to show, the first of the test set.
        score_threshold: Boxes with a lower score are not drawn.
    """

    priority = 'LOW'

    def __init__(self, images: int = 8, score_threshold: float = 0.5) -> None:
        self.images = images
        self.score_threshold = score_threshold
        self.samples: list[BaseDataElement] = []

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any, outputs: Sequence[BaseDataElement]
    ) -> None:
        """Keep the samples to draw."""
        drawn = [s for s in outputs if 'pred_instances' in s or 'pred_sem_seg' in s]
        self.samples += drawn[: self.images - len(self.samples)]

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Draw the samples and write the file."""
        if not self.samples or runner.rank != 0:
            return
        metainfo = runner.test_dataloader.dataset.metainfo
        if 'pred_instances' in self.samples[0]:
            sheet = self._draw_boxes(metainfo['classes'])
        else:
            sheet = self._draw_masks(metainfo['classes'], metainfo['palette'])
        path = Path(runner.work_dir) / SHEET
        with whole_file(path) as partial:
            cv2.imwrite(str(partial), sheet)
        runner.logger.info(f'pictures of the first {len(self.samples)} predictions: {path}')
        self.samples = []

    def _draw_boxes(self, classes: Sequence[str]) -> np.ndarray:
        from res2net_mm.evaluation import draw_sheet  # training draws none

        pictures = []
        for sample in self.samples:
            predicted = sample.pred_instances
            predicted = predicted[predicted.scores >= self.score_threshold]
            truth = _boxes(sample.get('gt_instances'), scored=False)
            pictures.append((_image(sample), truth, _boxes(predicted, scored=True)))
        return draw_sheet(pictures, classes)

    def _draw_masks(
        self, classes: Sequence[str], palette: Sequence[tuple[int, int, int]]
    ) -> np.ndarray:
        from res2net_mm.evaluation import Masks, draw_segmentation_sheet

        pictures = [
            Masks(
                _image(s),
                _labels(s.gt_sem_seg) if 'gt_sem_seg' in s else None,
                _labels(s.pred_sem_seg),
            )
            for s in self.samples
        ]
        return draw_segmentation_sheet(pictures, classes, palette)


def _image(sample: BaseDataElement) -> np.ndarray:
    image = cv2.imread(sample.img_path)
    if image is None:
        raise UserError(f'image {sample.img_path} can no longer be read')
    return image


def _labels(pixels: Any) -> np.ndarray:
    return pixels.data.squeeze(0).cpu().numpy()  # (1, H, W) -> (H, W)


def _boxes(instances: Any, *, scored: bool) -> 'Boxes':
    from res2net_mm.evaluation import Boxes

    bboxes = instances.bboxes
    bboxes = getattr(bboxes, 'tensor', bboxes)  # mmdet's box classes hold a tensor
    return Boxes(
        bboxes.cpu().numpy(),
        instances.labels.cpu().numpy(),
        instances.scores.cpu().numpy() if scored else None,
    )
