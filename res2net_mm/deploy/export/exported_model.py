"""An exported file in the place of a model, so that it is evaluated as a model is."""

from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.model import BaseDataPreprocessor, BaseModel
from mmengine.structures import InstanceData, PixelData
from torch import Tensor

from res2net_mm.registry import MODELS

from .files.engines import open_exported


@MODELS.register_module(force=True)  # a reload is harmless
class ExportedModel(BaseModel):
    """Predict by a file that tools/export_model.py wrote, in the engine that it is for.

    Args:
        file: Of a detector or a segmenter. It normalises by itself.
    """

    def __init__(self, *, file: str | Path) -> None:
        super().__init__(data_preprocessor=BaseDataPreprocessor())
        self.exported = open_exported(file)

    def forward(self, inputs: list[Tensor], data_samples: list, mode: str = 'predict') -> list:
        """Images of the test pipeline, (3, H, W) each -> their samples with predictions."""
        assert mode == 'predict', mode
        for image, sample in zip(inputs, data_samples, strict=True):
            found = self.exported(np.ascontiguousarray(image[None].numpy().astype(np.float32)))
            found = {name: array[0] for name, array in found.items()}
            if self.exported.metadata['task'] == 'detection':
                sample.pred_instances = _instances(found, sample.metainfo)
            else:
                labels = found['labels'].astype(np.uint8)
                size = sample.metainfo['ori_shape'][::-1]
                labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
                sample.pred_sem_seg = PixelData(data=torch.from_numpy(labels)[None].long())
        return data_samples


def _instances(found: dict[str, np.ndarray], meta: dict) -> InstanceData:
    there = found['labels'] >= 0
    scale = np.tile(np.asarray(meta.get('scale_factor', (1.0, 1.0)), np.float32), 2)
    return InstanceData(
        bboxes=torch.from_numpy(found['boxes'][there] / scale),
        scores=torch.from_numpy(found['scores'][there]),
        labels=torch.from_numpy(found['labels'][there]),
    )
