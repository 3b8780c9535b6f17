"""Run a trained model on pictures, as its test set is run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.model import BaseModel
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor

from res2net_mm.deploy import fuse
from res2net_mm.deploy.export.exported_model import PREPARATION
from res2net_mm.errors import UserError, argument, brief
from res2net_mm.file_kinds import is_exported
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.edit import CLASSIFIER, model_kind
from res2net_mm.openmmlab.trained_model import (
    choose_device,
    find_test_dataset,
    image_pipeline,
    load_trained,
)

from .inputs import Picture, read_pixels
from .model_source import find_source
from .slices import OVERLAP, Found, join_slices, merge_overlapping, slice_windows


class Predictor:
    """A trained detector, segmenter or classifier, ready for pictures.

    An image is read and resized by the config's test pipeline, so boxes and labels are those of an
    evaluation.

    Args:
        checkpoint: The trained weights, a work directory (its best checkpoint, else its last), or a
            file written by export (.onnx, .xml, .pt2).
        config: A config file or a toolbox's name for one. None takes the config that the checkpoint
            or the work directory holds; an exported file needs none.
        device: As torch calls it; default the GPU if there is one.
        fused: Whether batch norms are folded into convolutions (:func:`res2net_mm.fuse`): the same
            function, faster.
        batch_size: Images of one size that are run together.
        slice_size: Side in px of the square windows that a detector is run on beside the whole
            image; None for the whole image only.
        overlap: Share of a window that its neighbour has, too.

    Attributes:
        classes: Names of the classes.
        palette: RGB of each class as the config's data set has it, or None.
        segments: Whether it predicts label maps in place of boxes.
        classifies: Whether it predicts the class of the whole image.
        checkpoint: The file of the weights, or the exported file.
        metadata: What an exported file says of itself; empty for a checkpoint.

    Raises:
        UserError: The checkpoint or the config cannot be read, or they do not fit each other.
    """

    def __init__(
        self,
        checkpoint: str | Path,
        config: str | Path | Config | None = None,
        *,
        device: str | None = None,
        fused: bool = True,
        batch_size: int = 1,
        slice_size: int | None = None,
        overlap: float = OVERLAP,
    ) -> None:
        if batch_size < 1:
            raise UserError(f'{argument("batch_size", batch_size)} must be 1 or more')
        self.batch_size = batch_size
        self.slice_size, self.overlap = slice_size, overlap
        if slice_size is not None:
            slice_windows(1, 1, slice_size, overlap)  # refuses what is out of range
        source = find_source(checkpoint, config)
        self.palette: Sequence[Sequence[int]] | None = None
        self.checkpoint = source.checkpoint
        self.metadata: Mapping[str, Any] = {}
        if is_exported(source.checkpoint):
            init_default_scope('mmdet')
            exported = MODELS.build(
                dict(type='res2net_mm.ExportedModel', file=str(source.checkpoint))
            )
            self.model: BaseModel = exported
            metadata = self.metadata = exported.exported.metadata
            self.classes = tuple(metadata['classes'])
            self.segments = metadata['task'] == 'segmentation'
            self.classifies = metadata['task'] == 'classification'
            steps = _exported_pipeline(metadata)
        else:
            assert source.config is not None
            cfg = load_config(source.config)
            model, self.classes = load_trained(cfg, source.checkpoint)
            self.segments = hasattr(model, 'decode_head')
            self.classifies = model_kind(cfg) == CLASSIFIER
            dataset = find_test_dataset(cfg)
            self.palette = (dataset.get('metainfo') or {}).get('palette')
            steps = image_pipeline(cfg)
            self.model = cast(BaseModel, fuse(model) if fused else model)
            self.model.to(choose_device(device))
        self.model.eval()
        if self.classifies and slice_size is not None:
            raise UserError(
                f'{argument("slice_size", slice_size)} is for detectors, and this is a classifier'
            )
        if self.segments and slice_size is not None:
            raise UserError(
                f'{argument("slice_size", slice_size)} is for detectors; a segmenter slides over '
                "large images by its config: model.test_cfg=dict(mode='slide', crop_size=..., "
                'stride=...)'
            )
        self._from_file, self._from_pixels = Compose(steps), Compose([_put_pixels, *steps[1:]])

    def __call__(self, image: str | Path | np.ndarray) -> Any:
        """Predict on one image.

        Args:
            image: A file, or (H, W, 3) uint8, BGR.

        Returns:
            The toolbox's data sample, with ``pred_instances`` (boxes in px of the image, scores,
            labels, masks), ``pred_sem_seg``, ``pred_panoptic_seg`` or ``pred_score``, (K,).

        Raises:
            UserError: The image cannot be read.
        """
        if isinstance(image, np.ndarray):
            picture = Picture('image', pixels=image)
        else:
            picture = Picture(Path(image).name, file=Path(image))
        return next(self.predict([picture]))[1]

    def predict(
        self, pictures: Iterable[Picture], *, unreadable: list[str] | None = None
    ) -> Iterator[tuple[Picture, Any]]:
        """Yield each picture with its data sample, in order.

        Args:
            pictures: What to predict on.
            unreadable: Gets a message for each picture that cannot be read, which is then passed
                over; None to raise.

        Raises:
            UserError: A picture cannot be read.
        """
        waiting: list[tuple[Picture, dict]] = []
        for picture in pictures:
            try:
                item = self._prepare(picture)
            except UserError as error:
                if unreadable is None:
                    raise
                unreadable.append(str(error))
                continue
            if self.slice_size is not None:
                yield picture, self._sliced(picture, item)
                continue
            # Images of one size are padded alike, so that a batch changes nothing.
            other = bool(waiting) and waiting[0][1]['inputs'].shape != item['inputs'].shape
            if other or len(waiting) == self.batch_size:
                yield from self._run(waiting)
                waiting = []
            waiting.append((picture, item))
        if waiting:
            yield from self._run(waiting)

    def _prepare(self, picture: Picture) -> dict[str, Any]:
        if picture.pixels is not None:
            return self._from_pixels(dict(pixels=picture.pixels, img_id=0, img_path=picture.name))
        try:
            return self._from_file(dict(img_path=str(picture.file), img_id=0))
        except (OSError, ValueError, AssertionError, AttributeError, cv2.error) as error:
            raise UserError(f'image {picture.file} cannot be read: {brief(error)}') from error

    @torch.no_grad()
    def _run(self, waiting: list[tuple[Picture, dict]]) -> Iterator[tuple[Picture, Any]]:
        batch = dict(
            inputs=[item['inputs'] for _, item in waiting],
            data_samples=[item['data_samples'] for _, item in waiting],
        )
        yield from zip((p for p, _ in waiting), self.model.test_step(batch), strict=True)

    def run_item(self, item: dict[str, Any]) -> Any:
        """Predict on one image as a test pipeline gives it; return its data sample."""
        ((_, sample),) = self._run([(Picture('image'), item)])
        return sample

    def found_in_windows(self, pixels: np.ndarray) -> list[tuple[tuple[int, int, int, int], Found]]:
        """Run a detector on windows of ``slice_size`` of an image, (H, W, 3) uint8, BGR.

        Returns:
            Each window x1 y1 x2 y2 in px with what was found in it, relative to it; nothing for an
            image that fits into one window.
        """
        height, width = pixels.shape[:2]
        windows = slice_windows(height, width, self.slice_size or 1, self.overlap)
        parts = []
        for window in windows if len(windows) > 1 else ():
            x1, y1, x2, y2 = window
            crop = Picture('window', pixels=np.ascontiguousarray(pixels[y1:y2, x1:x2]))
            parts.append((window, found_objects(self.run_item(self._prepare(crop)))))
        return parts

    def _sliced(self, picture: Picture, item: dict) -> Any:
        """Predict on the whole image and on windows of it, merged."""
        pixels = read_pixels(picture)
        sample = self.run_item(item)
        height, width = pixels.shape[:2]
        parts = [((0, 0, width, height), found_objects(sample)), *self.found_in_windows(pixels)]
        merged = merge_overlapping(join_slices(parts, (height, width)))
        sample.pred_instances = type(sample.pred_instances)(
            bboxes=torch.from_numpy(merged.boxes),
            scores=torch.from_numpy(merged.scores),
            labels=torch.from_numpy(merged.labels),
            **({} if merged.masks is None else dict(masks=torch.from_numpy(merged.masks))),
        )
        return sample


def found_objects(sample: Any, classes: Sequence[int] | None = None) -> Found:
    """Return the objects in a detector's data sample, of the classes with these indices or all."""
    instances = sample.pred_instances
    masks = instances.get('masks')
    found = Found(
        _array(instances.bboxes).astype(np.float32).reshape(-1, 4),
        _array(instances.scores).astype(np.float32),
        _array(instances.labels).astype(np.int64),
        None if masks is None else _array(masks).astype(bool),
    )
    keep = found.scores >= 0  # without what is no number
    if classes is not None:
        keep &= np.isin(found.labels, classes)
    return found.pick(keep)


def _array(values: Any) -> np.ndarray:
    values = getattr(values, 'tensor', values)  # mmdet's box classes hold a tensor
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def _put_pixels(results: dict) -> dict:
    """Do what LoadImageFromFile does, for pixels that are there already."""
    pixels = results.pop('pixels')
    return dict(results, img=pixels, img_shape=pixels.shape[:2], ori_shape=pixels.shape[:2])


def _exported_pipeline(metadata: Mapping[str, Any]) -> list[dict]:
    if metadata['task'] == 'classification':
        preparation = [dict(step) for step in metadata['preparation']]
        if unknown := [step['type'] for step in preparation if step['type'] not in PREPARATION]:
            raise UserError(
                f'the exported file asks for images prepared by {", ".join(unknown)}; allowed: '
                f'{", ".join(PREPARATION)}'
            )
        return [
            dict(type='LoadImageFromFile'),
            *(dict(step, type=f'mmpretrain.{step["type"]}') for step in preparation),
            dict(type='mmpretrain.PackInputs'),
        ]
    segments = metadata['task'] == 'segmentation'
    toolbox, pack = ('mmseg', 'PackSegInputs') if segments else ('mmdet', 'PackDetInputs')
    keys = ('img_path', 'ori_shape', 'img_shape', 'scale_factor')
    steps: list[dict] = [dict(type='LoadImageFromFile')]
    if resize := metadata.get('resize'):
        scale = tuple(resize['scale'])
        steps.append(dict(type=f'{toolbox}.Resize', scale=scale, keep_ratio=resize['keep_ratio']))
    return [*steps, dict(type=f'{toolbox}.{pack}', meta_keys=keys)]
