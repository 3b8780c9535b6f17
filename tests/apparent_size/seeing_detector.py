"""A detector that finds exactly what it sees at a size in a range, and sets drawn for it."""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.model import BaseDataPreprocessor, BaseModel
from mmengine.registry import MODELS
from mmengine.structures import InstanceData
from torch import nn

SIDE = 640  # px, of the images
SIDES = (12, 24, 48, 96, 192)  # px, of squares: none on an edge of an octave
CLASSES = ('thing',)


@MODELS.register_module(force=True)
class SeeingDetector(BaseModel):
    """Finds bright rectangles on black whose side in px of its input lies in a range.

    The side is the square root of the area of what is seen of the rectangle.
    """

    def __init__(self, low: float, high: float, score: float = 0.9) -> None:
        super().__init__(data_preprocessor=BaseDataPreprocessor())
        self.low, self.high, self.score = low, high, score
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, inputs, data_samples, mode='predict'):
        for image, sample in zip(inputs, data_samples, strict=True):
            bright = (image.numpy().max(0) > 127).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
            boxes = stats[1:, :4].astype(np.float32)
            sides = np.sqrt(boxes[:, 2] * boxes[:, 3])
            boxes = boxes[(sides >= self.low) & (sides <= self.high)]
            boxes[:, 2:] += boxes[:, :2]
            factor = np.tile(np.array(sample.metainfo.get('scale_factor', (1, 1))), 2)
            sample.pred_instances = InstanceData(
                bboxes=torch.from_numpy(boxes / factor).float(),
                scores=torch.full((len(boxes),), self.score),
                labels=torch.zeros(len(boxes), dtype=torch.long),
            )
        return data_samples


def draw_rectangles(root: Path, rows: list[list[tuple[int, int, int, int]]], side=SIDE) -> Path:
    """Draw images with white rectangles (x, y, width, height), and their COCO file."""
    (root / 'images').mkdir(parents=True)
    images, annotations = [], []
    for i, boxes in enumerate(rows, start=1):
        picture = np.zeros((side, side, 3), np.uint8)
        for x, y, width, height in boxes:
            picture[y : y + height, x : x + width] = 255
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=i,
                    category_id=1,
                    bbox=[x, y, width, height],
                    area=width * height,
                    iscrowd=0,
                )
            )
        cv2.imwrite(str(root / f'images/{i}.png'), picture)
        images.append(dict(id=i, file_name=f'{i}.png', width=side, height=side))
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name=CLASSES[0])])
    (root / 'annotations.json').write_text(json.dumps(content))
    return root


def write_config(path: Path, root: Path, model: dict, pipeline: list[dict] | None = None) -> Path:
    """Write a config that tests a model on such a set."""
    if pipeline is None:
        pipeline = [
            dict(type='LoadImageFromFile'),
            dict(type='Resize', scale=(SIDE, SIDE), keep_ratio=True),
            dict(
                type='PackDetInputs',
                meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
            ),
        ]
    settings = dict(
        default_scope='mmdet',
        model=model,
        test_dataloader=dict(
            batch_size=2,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dict(
                type='CocoDataset',
                data_root=str(root),
                ann_file='annotations.json',
                data_prefix=dict(img='images/'),
                metainfo=dict(classes=CLASSES),
                test_mode=True,
                pipeline=pipeline,
            ),
        ),
        test_evaluator=dict(type='CocoMetric', ann_file=str(root / 'annotations.json')),
        test_cfg=dict(type='TestLoop'),
    )
    Config(settings).dump(path)
    return path


def write_checkpoint(path: Path, model: dict) -> Path:
    """Write a checkpoint of a model with its first weights."""
    state = MODELS.build(model).state_dict()
    torch.save(dict(state_dict=state, meta=dict(dataset_meta=dict(classes=CLASSES))), path)
    return path
