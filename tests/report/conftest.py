"""Two runs of each kind on drawn images: detections with masks, label maps, work directories."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from pycocotools import mask as mask_api

from res2net_mm.data import draw_demo_set
from res2net_mm.evaluation import (
    RegionSizeMetric,
    SizeResult,
    evaluate_by_size,
    read_ground_truth,
    save_evaluation,
)
from res2net_mm.evaluation.detection.protocols import PROTOCOLS
from res2net_mm.evaluation.size_bins import COCO_BINS

OPTIONS = dict(
    bins=COCO_BINS,
    area_of='annotation',
    protocol='coco',
    max_dets=PROTOCOLS['coco'].max_dets,
    on_error='stop',
)


def detect(truth: dict, seed: int, missed: float) -> list[dict]:
    """Detections with boxes and masks: some objects missed, small ones more often; false ones."""
    random = np.random.default_rng(seed)
    found = []
    for annotation in truth['annotations']:
        small = annotation['area'] < 32**2
        if random.random() < missed * (2 if small else 1):
            continue
        box = np.array(annotation['bbox'], float)
        box[:2] += random.normal(0, 0.04, 2) * box[2:]
        found.append((annotation['image_id'], annotation['category_id'], box, random.beta(5, 2)))
        if random.random() < 0.3:
            found.append((annotation['image_id'], 1, box * (1, 1, 0.4, 0.4), random.beta(2, 5)))
    size = {image['id']: (image['height'], image['width']) for image in truth['images']}
    results = []
    for image, category, box, score in found:
        height, width = size[image]
        mask = np.zeros((height, width), np.uint8, order='F')
        x, y, w, h = np.maximum(np.round(box), 0).astype(int)
        mask[y : y + h, x : x + w] = 1
        rle = mask_api.encode(mask)
        results.append(
            {
                'image_id': image,
                'category_id': category,
                'bbox': box.tolist(),
                'score': float(score),
                'segmentation': {'size': rle['size'], 'counts': rle['counts'].decode()},
            }
        )
    return results


@dataclass(frozen=True)
class Drawn:
    """Files and what is in them."""

    gt: Path
    images: Path
    truth: dict
    detections: tuple[list[dict], list[dict]]
    files: tuple[Path, Path]

    def score(self, which: int, **options) -> SizeResult:
        return evaluate_by_size(self.truth, self.detections[which], **options)


@pytest.fixture(scope='session')
def drawn(tmp_path_factory) -> Drawn:
    root = draw_demo_set(tmp_path_factory.mktemp('report') / 'set', train_images=1, val_images=16)
    gt = root / 'annotations/instances_val2017.json'
    truth = json.loads(gt.read_text())
    detections = detect(truth, 1, 0.35), detect(truth, 2, 0.05)
    files = root.parent / 'a.json', root.parent / 'b.json'
    for file, found in zip(files, detections, strict=True):
        file.write_text(json.dumps(found))
    return Drawn(gt, root / 'val2017', truth, detections, files)


@pytest.fixture
def work_dir(drawn, tmp_path):
    """Returns ``make(name, which, **options) -> folder`` of a run that was evaluated."""

    def make(name: str, which: int, *, logged: bool = True, kinds=('bbox',), **options) -> Path:
        folder = tmp_path / name
        found = drawn.detections[which]
        fields = {'bbox': 'segmentation', 'segm': 'bbox'}  # what each kind leaves out
        save_evaluation(
            folder,
            ground_truth=read_ground_truth(drawn.gt),
            ground_truth_file=drawn.gt,
            images=str(drawn.images),
            detections={
                kind: [{k: v for k, v in d.items() if k != fields[kind]} for d in found]
                for kind in kinds
            },
            options={**OPTIONS, **options},
        )
        if logged:
            lines = [{'loss': 3 - 0.2 * i, 'epoch': 1 + i // 5, 'step': 10 * i} for i in range(10)]
            lines += [
                {'coco/bbox_mAP': 0.1 * e, 'coco/bbox_mAP_s': 0.05 * e, 'step': e} for e in (1, 2)
            ]
            log = folder / '20250101_000000/vis_data/scalars.json'
            log.parent.mkdir(parents=True)
            log.write_text('\n'.join(map(json.dumps, lines)))
        return folder

    return make


PALETTE = [(90, 90, 90), (10, 20, 30), (200, 0, 0), (0, 200, 0), (0, 0, 200), (250, 250, 0)]


@dataclass(frozen=True)
class DrawnMaps:
    """Folders of label maps of the drawn images, named alike, and what is in them."""

    gt: Path
    images: Path
    classes: tuple[str, ...]
    folders: tuple[Path, Path]
    labels: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]  # truth and both predictions


@pytest.fixture(scope='session')
def drawn_maps(drawn, tmp_path_factory) -> DrawnMaps:
    """The ground truth of which one run sees every 16th pixel, another every 4th."""
    root, gt = tmp_path_factory.mktemp('maps'), drawn.images.parent / 'labels/val2017'
    folders, labels = (root / 'coarse', root / 'fine'), {}
    for folder in folders:
        folder.mkdir()
    for file in sorted(gt.glob('*.png')):
        truth = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        predicted = []
        for folder, stride in zip(folders, (16, 4), strict=True):
            kept = truth[stride // 2 :: stride, stride // 2 :: stride]
            size = truth.shape[::-1]
            predicted.append(cv2.resize(kept, size, interpolation=cv2.INTER_NEAREST))
            cv2.imwrite(str(folder / file.name), predicted[-1])
        labels[file.name] = truth, *predicted
    classes = tuple((gt.parent / 'classes.txt').read_text().split())
    return DrawnMaps(gt, drawn.images, classes, folders, labels)


@pytest.fixture
def segmenter_dir(drawn_maps, tmp_path):
    """Returns ``make(name, which, **options) -> folder`` that a segmenter was evaluated in."""

    def make(name: str, which: int, *, logged: bool = True, **options) -> Path:
        folder = tmp_path / name
        metric = RegionSizeMetric(out_dir=folder, **options)
        metric.dataset_meta = {'classes': drawn_maps.classes, 'palette': PALETTE}
        for file, (truth, *predicted) in drawn_maps.labels.items():
            sample = {
                'img_path': str(drawn_maps.images / file),
                'gt_sem_seg': {'data': torch.from_numpy(truth)[None]},
                'pred_sem_seg': {'data': torch.from_numpy(predicted[which])[None]},
            }
            metric.process(None, [sample])
        metric.evaluate(len(drawn_maps.labels))
        if logged:
            lines = [{'loss': 3 - 0.2 * i, 'iter': 10 * i, 'step': 10 * i} for i in range(10)]
            lines += [{'mIoU': 30.0, 'mIoU_s': 20.0, 'aAcc': 9.0, 'time': 1.0, 'step': 50}]
            log = folder / '20250101_000000/vis_data/scalars.json'
            log.parent.mkdir(parents=True)
            log.write_text('\n'.join(map(json.dumps, lines)))
        return folder

    return make
