"""The files that predictions are written to: COCO results, label maps, COCO panoptic."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.whole_file import whole_file, write_json_file

from .slices import Found

UNLABELLED = 255  # in a label map: no class, or none of those asked for


class Results(ABC):
    """Predictions on their way into files.

    Args:
        folder: Where the files go.
        classes: Names of the classes.
    """

    def __init__(self, folder: Path, classes: Sequence[str]) -> None:
        self.folder, self.classes = folder, tuple(classes)
        self.images: list[dict[str, Any]] = []

    @abstractmethod
    def files(self) -> list[str]:
        """Return the names of the files, relative to the folder; a folder ends with ``/``."""

    def finish(self) -> None:  # noqa: B027  (label maps are written image by image)
        """Write what is written once, after the last image."""

    def _image(self, name: str, shape: Sequence[int]) -> int:
        """Take up an image and return its id, from 1."""
        height, width = map(int, shape)
        number = len(self.images) + 1
        self.images.append(dict(id=number, file_name=name, height=height, width=width))
        return number

    def _categories(self) -> list[dict[str, Any]]:
        return [dict(id=i + 1, name=name) for i, name in enumerate(self.classes)]


class BoxResults(Results):
    """``predictions.json``, a COCO results file, and ``images.json``, what its ids mean."""

    def __init__(self, folder: Path, classes: Sequence[str]) -> None:
        super().__init__(folder, classes)
        self.entries: list[dict[str, Any]] = []

    def files(self) -> list[str]:
        return ['predictions.json', 'images.json']

    def add(self, name: str, shape: Sequence[int], found: Found) -> None:
        """Take up the objects of one image of height and width ``shape``."""
        number = self._image(name, shape)
        for i in range(len(found)):
            x1, y1, x2, y2 = map(float, found.boxes[i])
            entry = dict(
                image_id=number,
                category_id=int(found.labels[i]) + 1,
                bbox=[x1, y1, x2 - x1, y2 - y1],
                score=float(found.scores[i]),
            )
            if found.masks is not None:
                entry['segmentation'] = _run_lengths(found.masks[i])
            self.entries.append(entry)

    def finish(self) -> None:
        write_json_file(self.entries, self.folder / 'predictions.json')
        content = dict(images=self.images, annotations=[], categories=self._categories())
        write_json_file(content, self.folder / 'images.json')


class LabelResults(Results):
    """``label_maps/``: a PNG for each image, its pixels are indices of classes."""

    def files(self) -> list[str]:
        return ['label_maps/']

    def add(self, name: str, sample: Any, chosen: Sequence[int] | None) -> np.ndarray:
        """Write the label map of one image and return it, (H, W).

        Args:
            name: The image's.
            sample: With ``pred_sem_seg``.
            chosen: Classes to keep, others become 255 (65535 beyond 255 classes); None for all.
        """
        kind = np.uint8 if len(self.classes) <= UNLABELLED else np.uint16
        labels = sample.pred_sem_seg.data.squeeze(0).cpu().numpy().astype(kind)
        if chosen is not None:
            labels = np.where(np.isin(labels, chosen), labels, np.iinfo(kind).max).astype(kind)
        _write_png(labels, self.folder / 'label_maps' / name)
        return labels


class PanopticResults(Results):
    """``panoptic.json`` and ``panoptic/``, COCO's format: a PNG of segment ids and their classes.

    Attributes:
        last_areas: Class -> areas in px of its segments in the image added last.
    """

    def __init__(self, folder: Path, classes: Sequence[str]) -> None:
        super().__init__(folder, classes)
        self.annotations: list[dict[str, Any]] = []
        self.last_areas: dict[int, np.ndarray] = {}

    def files(self) -> list[str]:
        return ['panoptic.json', 'panoptic/']

    def add(
        self, name: str, sample: Any, chosen: Sequence[int] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Write the segments of one image; return its label map and their edges, (H, W)."""
        from mmdet.evaluation import INSTANCE_OFFSET

        segments = sample.pred_panoptic_seg.sem_seg.squeeze(0).cpu().numpy()
        labels = segments % INSTANCE_OFFSET
        kept = labels < len(self.classes)
        if chosen is not None:
            kept &= np.isin(labels, chosen)
        labels = np.where(kept, labels, len(self.classes))
        ids = np.zeros(labels.shape, np.int64)
        infos = []
        self.last_areas = {}
        for number, segment in enumerate(np.unique(segments[kept]), start=1):
            mask = segments == segment
            ids[mask] = number
            label, area = int(segment % INSTANCE_OFFSET), int(mask.sum())
            infos.append(dict(id=number, category_id=label + 1, area=area))
            before = self.last_areas.get(label, np.zeros(0, int))
            self.last_areas[label] = np.append(before, area)
        file = Path(name).with_suffix('.png').as_posix()
        colours = np.stack([ids >> 16 & 255, ids >> 8 & 255, ids & 255], axis=-1)  # BGR of RGB ids
        _write_png(colours.astype(np.uint8), self.folder / 'panoptic' / file)
        number = self._image(name, labels.shape)
        self.annotations.append(dict(image_id=number, file_name=file, segments_info=infos))
        edges = np.zeros(ids.shape, bool)
        edges[:, 1:] |= ids[:, 1:] != ids[:, :-1]
        edges[1:] |= ids[1:] != ids[:-1]
        return labels, edges

    def finish(self) -> None:
        content = dict(
            images=self.images, annotations=self.annotations, categories=self._categories()
        )
        write_json_file(content, self.folder / 'panoptic.json')


def kind_of(sample: Any) -> type[Results]:
    """Return the kind of results that a data sample belongs to.

    Raises:
        UserError: The model predicts something else.
    """
    if 'pred_panoptic_seg' in sample:
        return PanopticResults
    if 'pred_instances' in sample and 'bboxes' in sample.pred_instances:
        return BoxResults
    if 'pred_sem_seg' in sample:
        return LabelResults
    raise UserError(f'the model predicts {", ".join(sample.keys())}: neither boxes nor label maps')


def _run_lengths(mask: np.ndarray) -> dict[str, Any]:
    from pycocotools import mask as coco_mask

    encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return dict(size=list(map(int, encoded['size'])), counts=encoded['counts'].decode())


def _write_png(pixels: np.ndarray, path: Path) -> None:
    path = path.with_suffix('.png')
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, durable=False) as partial:
        cv2.imwrite(str(partial), pixels)
