"""An exported file as a model of MMEngine, so that it is evaluated like the model it came from."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.model import BaseDataPreprocessor, BaseModel
from mmengine.structures import InstanceData, PixelData
from torch import Tensor

from res2net_mm.registry import MODELS

# The steps, by MMPretrain's names, that may prepare an image for an exported classifier.
PREPARATION = ('Resize', 'ResizeEdge', 'CenterCrop')


@MODELS.register_module(force=True)  # a reload is harmless
class ExportedModel(BaseModel):
    """A detector, segmenter or classifier that predicts by an exported file, in the file's engine.

    Args:
        file: The file that ``res2net-mm export`` wrote. It normalises by itself.
    """

    def __init__(self, *, file: str | Path) -> None:
        from .files import open_exported  # needs a newer torch than the rest of the scope

        super().__init__(data_preprocessor=BaseDataPreprocessor())
        self.exported = open_exported(file)

    def forward(
        self, inputs: list[Tensor], data_samples: list[Any], mode: str = 'predict'
    ) -> list[Any]:
        """Images (3, H, W) of the test pipeline -> their data samples with predictions."""
        assert mode == 'predict', mode
        for image, sample in zip(inputs, data_samples, strict=True):
            batch = np.ascontiguousarray(image[None].numpy().astype(np.float32))
            found = {name: array[0] for name, array in self.exported(batch).items()}
            if self.exported.metadata['task'] == 'detection':
                sample.pred_instances = _instances(found, sample.metainfo)
            elif self.exported.metadata['task'] == 'classification':
                scores = torch.from_numpy(found['scores'])
                sample.set_pred_score(scores).set_pred_label(scores.argmax(dim=0, keepdim=True))
            else:
                labels = found['labels'].astype(np.uint8)
                size = sample.metainfo['ori_shape'][::-1]
                labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
                sample.pred_sem_seg = PixelData(data=torch.from_numpy(labels)[None].long())
        return data_samples


def _instances(found: dict[str, np.ndarray], meta: dict[str, Any]) -> InstanceData:
    """Return the boxes that are there, in px of the image on disk."""
    used = found['labels'] >= 0
    scale = np.tile(np.asarray(meta.get('scale_factor', (1.0, 1.0)), np.float32), 2)
    return InstanceData(
        bboxes=torch.from_numpy(found['boxes'][used] / scale),
        scores=torch.from_numpy(found['scores'][used]),
        labels=torch.from_numpy(found['labels'][used]),
    )
