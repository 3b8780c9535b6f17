"""Save what a test run predicts: pictures beside its metrics, and label maps to score."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import matplotlib
import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from res2net_mm.errors import UserError
from res2net_mm.lettering import Lettering
from res2net_mm.registry import HOOKS
from res2net_mm.whole_file import whole_file

from .answers import answers_of

if TYPE_CHECKING:
    from res2net_mm.evaluation import Boxes
import os

from PIL import Image

SHEET = 'predictions.png'
DRAWN = ('pred_instances', 'pred_sem_seg', 'pred_score')  # in data samples


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

    def before_test(self, runner: Runner) -> None:
        """Let the toolbox draw names in fonts that have them, else as numbers that are told once.

        MMDetection draws by matplotlib, MMSegmentation by OpenCV, which knows Latin letters only.
        """
        classes = runner.test_dataloader.dataset.metainfo.get('classes') or ()
        if all(map(str.isascii, classes)):
            return
        letters = Lettering(classes)
        shown = [letters.shown(name) for name in classes]
        if type(runner.visualizer).__name__.startswith('Seg'):
            shown = [n if n.isascii() else f'#{i}' for i, n in enumerate(classes, start=1)]
        else:
            matplotlib.rcParams['font.sans-serif'] = letters.families(classes)
        numbered = [f'{n} {name}' for n, name in zip(shown, classes, strict=True) if n != name]
        if numbered:
            runner.logger.warning(f'names of classes drawn as numbers: {", ".join(numbered)}')
        meta = runner.visualizer.dataset_meta or {}
        runner.visualizer.dataset_meta = {**meta, 'classes': tuple(shown)}

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any, outputs: Sequence[BaseDataElement]
    ) -> None:
        drawn = [s for s in outputs if any(kind in s for kind in DRAWN)]
        drawn = [s for s in drawn if 'keypoints' not in s.get('pred_instances', ())]
        self.samples += drawn[: self.images - len(self.samples)]

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        if not self.samples or runner.rank != 0:
            return
        metainfo = runner.test_dataloader.dataset.metainfo
        if 'pred_instances' in self.samples[0]:
            sheet = self._draw_boxes(metainfo['classes'])
        elif 'pred_score' in self.samples[0]:
            sheet = self._draw_answers(metainfo['classes'])
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
            truth = sample.get('gt_instances')
            truth = _boxes(truth, scored=False) if truth is not None and 'bboxes' in truth else None
            pictures.append((_image(sample), truth, _boxes(predicted, scored=True)))
        return draw_sheet(pictures, classes)

    def _draw_answers(self, classes: Sequence[str]) -> np.ndarray:
        from res2net_mm.evaluation.classification.answer_pictures import draw_answer_sheet

        return draw_answer_sheet([answers_of(s, _image(s)) for s in self.samples], classes)

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


@HOOKS.register_module(force=True)  # a reload is harmless
class LabelMapHook(Hook):
    """Write a PNG of 8 bits for each image of a test run.

    It has the name and the subfolder of the image's ground truth, and the labels of the ground
    truth's files: where those begin at 1 (``reduce_zero_label``), these do.

    Args:
        out_dir: Where to write.
        saliency: Whether to write saliency maps, 0 to 255, in place of labels.

    Raises:
        UserError: Two images would be written to one file, or a label does not fit 8 bits.
    """

    def __init__(self, out_dir: str, *, saliency: bool = False) -> None:
        self.out_dir, self.saliency = Path(out_dir), saliency
        self.written: dict[Path, Path] = {}

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any, outputs: Sequence[BaseDataElement]
    ) -> None:
        prefix: Any = getattr(runner.test_dataloader.dataset, 'data_prefix', {})
        for sample in outputs:
            # Saliency maps are called as their images: masks may have been written anew.
            of_map = 'seg_map_path' in sample and not self.saliency
            named = 'seg_map_path' if of_map else 'img_path'
            source, folder = Path(os.path.normpath(sample.get(named))), prefix.get(named)
            inside = bool(folder) and source.is_relative_to(folder)
            path = self.out_dir / (source.relative_to(folder) if inside else source.name)
            self._write(sample, source, path.with_suffix('.png'))

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        kind = 'saliency maps' if self.saliency else 'label maps of the predictions'
        runner.logger.info(f'{kind}: {self.out_dir}')

    def _write(self, sample: BaseDataElement, source: Path, path: Path) -> None:
        if self.written.setdefault(path, source) != source:
            raise UserError(
                f'the label maps of {self.written[path]} and {source} would both be {path}: '
                'the test set needs one folder'
            )
        if self.saliency:
            from res2net_mm.evaluation.saliency import saliency_map

            labels = saliency_map(sample, str(source))
        else:
            labels = _labels(sample.pred_sem_seg) + bool(sample.get('reduce_zero_label', False))
        if labels.max() > 255:
            raise UserError(f'the label {labels.max()} of {source} does not fit a PNG of 8 bits')
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, durable=False) as partial:
            Image.fromarray(labels.astype(np.uint8)).save(partial)
