"""What predictions become: COCO results, label maps or COCO panoptic, and counts by size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions.image_regions import connected_regions
from res2net_mm.evaluation.saliency import has_saliency_map, saliency_map
from res2net_mm.evaluation.size_bins import ALL, COCO_BINS
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file, write_json_file

from .slices import Found

UNLABELLED = 255  # in a label map: no class, or none of those asked for


class Results:
    """Predictions on their way into the files of a folder."""

    files: tuple[str, ...]  # names relative to the folder; a folder ends with /

    def __init__(self, folder: Path, classes: Sequence[str]) -> None:
        self.folder, self.classes = folder, tuple(classes)
        self.images: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []  # of the objects, or of the images

    def finish(self) -> None:
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

    files = ('predictions.json', 'images.json')

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
                rle = coco_mask.encode(np.asfortranarray(found.masks[i], np.uint8))
                size = list(map(int, rle['size']))
                entry['segmentation'] = dict(size=size, counts=rle['counts'].decode())
            self.entries.append(entry)

    def finish(self) -> None:
        write_json_file(self.entries, self.folder / 'predictions.json')
        content = dict(images=self.images, annotations=[], categories=self._categories())
        write_json_file(content, self.folder / 'images.json')


class LabelResults(Results):
    """``label_maps/``: a PNG for each image, its pixels are indices of classes."""

    files: tuple[str, ...] = ('label_maps/',)

    def add(self, name: str, sample: Any, chosen: Sequence[int] | None) -> np.ndarray:
        """Write the label map of one image and return it, (H, W).

        Classes that are not chosen become 255 (65535 beyond 255 classes); None keeps all.
        """
        kind = np.uint8 if len(self.classes) <= UNLABELLED else np.uint16
        labels = sample.pred_sem_seg.data.squeeze(0).cpu().numpy().astype(kind)
        if chosen is not None:
            labels = np.where(np.isin(labels, chosen), labels, np.iinfo(kind).max).astype(kind)
        _write_png(labels, self.folder / 'label_maps' / name)
        return labels


class SaliencyResults(LabelResults):
    """``saliency_maps/`` beside the label maps: a grey PNG for each image, salient is white."""

    files = (*LabelResults.files, 'saliency_maps/')

    def add(self, name: str, sample: Any, chosen: Sequence[int] | None) -> np.ndarray:
        """Write the saliency map and the label map of one image; return the latter, (H, W)."""
        _write_png(saliency_map(sample, name), self.folder / 'saliency_maps' / name)
        return super().add(name, sample, chosen)


class PanopticResults(Results):
    """``panoptic.json`` and ``panoptic/`` in COCO's format: PNGs of segment ids, their classes."""

    files = ('panoptic.json', 'panoptic/')

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
        for number, segment in enumerate(np.unique(segments[kept]), start=1):
            mask = segments == segment
            ids[mask] = number
            label, area = int(segment % INSTANCE_OFFSET), int(mask.sum())
            infos.append(dict(id=number, category_id=label + 1, area=area))
        file = Path(name).with_suffix('.png').as_posix()
        colours = np.stack([ids >> 16 & 255, ids >> 8 & 255, ids & 255], axis=-1)  # BGR of RGB ids
        _write_png(colours.astype(np.uint8), self.folder / 'panoptic' / file)
        number = self._image(name, labels.shape)
        self.entries.append(dict(image_id=number, file_name=file, segments_info=infos))
        edges = np.zeros(ids.shape, bool)
        edges[:, 1:] |= ids[:, 1:] != ids[:, :-1]
        edges[1:] |= ids[1:] != ids[:-1]
        return labels, edges

    def finish(self) -> None:
        content = dict(images=self.images, annotations=self.entries, categories=self._categories())
        write_json_file(content, self.folder / 'panoptic.json')


def kind_of(sample: Any) -> type[Results]:
    """Return the kind of results that a data sample belongs to; UserError if to none."""
    from .answers import ClassResults  # which is a kind of Results

    if 'pred_score' in sample:
        return ClassResults
    if 'pred_panoptic_seg' in sample:
        return PanopticResults
    if 'pred_instances' in sample and 'bboxes' in sample.pred_instances:
        return BoxResults
    if 'pred_sem_seg' in sample:
        return SaliencyResults if has_saliency_map(sample) else LabelResults
    raise UserError(
        f'the model predicts {", ".join(sample.keys())}: neither boxes, label maps nor scores of '
        'classes'
    )


def _write_png(pixels: np.ndarray, path: Path) -> None:
    path = path.with_suffix('.png')
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, durable=False) as partial:
        cv2.imwrite(str(partial), pixels)


class FoundBySize:
    """Counts of objects, or of regions of a label map, by class and COCO's sizes."""

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self.areas: list[list[np.ndarray]] = [[] for _ in self.classes]
        self.images = 0

    def add_objects(self, found: Found) -> None:
        """Count the objects of one image by the area of the mask, or of the box where none is."""
        if found.masks is None:
            areas = (found.boxes[:, 2:] - found.boxes[:, :2]).prod(1)
        else:
            areas = found.masks.sum((1, 2))
        self.add(found.labels, areas)

    def add_labels(self, labels: np.ndarray) -> None:
        """Count the connected regions of one label map, (H, W)."""
        regions = connected_regions(labels, len(self.classes))
        self.add(regions.category, regions.area)

    def add(self, labels: np.ndarray, areas: np.ndarray) -> None:
        """Count what one image holds: class indices, (N,), and areas in px, (N,)."""
        self.images += 1
        for label in np.unique(labels):
            self.areas[label].append(areas[labels == label])

    def counts(self) -> dict[str, dict[str, int]]:
        """Return class -> bin (also ``all``) -> count, for the classes that were found."""
        counted = {}
        for name, areas in zip(self.classes, self.areas, strict=True):
            if areas:
                joined = np.concatenate(areas)
                bins = {b.name: int(b.holds(joined).sum()) for b in COCO_BINS}
                counted[name] = dict(bins, **{ALL: len(joined)})
        return counted

    def table(self) -> str:
        """Return the counts as text, the most frequent class first."""
        counts = sorted(self.counts().items(), key=lambda entry: -entry[1][ALL])
        names = [*(b.name for b in COCO_BINS), ALL]
        total = {name: sum(row[name] for _, row in counts) for name in names}
        rows = [['', *names], ['px^2', *(b.limits for b in COCO_BINS), 'any']]
        for name, row in [*counts, *([('total', total)] if len(counts) > 1 else [])]:
            rows.append([name, *(str(row[column]) for column in names)])
        return '\n'.join(align(rows))
