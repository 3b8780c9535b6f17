"""The predictions of the PyTorch model, in the form in which an exported file returns them."""

from typing import Any

import numpy as np
import torch
from torch import nn

NOISE = 1e-4  # standard deviation, of each pixel's value
DRAWS = 4

Predictions = list[dict[Any, np.ndarray]]  # one dict of arrays for each image


@torch.no_grad()
def reference(model: nn.Module, task: str, image: np.ndarray) -> Predictions:
    """Return the model's predictions for each image, by the model's own code.

    Args:
        model: The model, not fused.
        task: ``detection``, ``segmentation`` or ``features``.
        image: (N, 3, H, W), float32, as the exported file takes it.

    Returns:
        For each image boxes (K, 4), scores (K,) and labels (K,) of a detection, labels (H, W) of a
        segmentation, else the feature maps of the stages.
    """
    batch = torch.from_numpy(image)
    if task == 'features':
        maps = model(batch)
        return [{i: level[n].numpy() for i, level in enumerate(maps)} for n in range(len(image))]
    kind = _data_sample(task)
    shape = tuple(image.shape[2:])
    meta = dict(img_shape=shape, ori_shape=shape, pad_shape=shape, scale_factor=(1.0, 1.0))
    samples = [kind(metainfo=dict(meta)) for _ in image]
    predict: Any = model.test_step
    found = predict(dict(inputs=list(batch), data_samples=samples))
    if task == 'detection':
        instances = [sample.pred_instances for sample in found]
        return [
            dict(boxes=i.bboxes.numpy(), scores=i.scores.numpy(), labels=i.labels.numpy())
            for i in instances
        ]
    return [dict(labels=sample.pred_sem_seg.data[0].numpy()) for sample in found]


def perturbed_references(model: nn.Module, task: str, image: np.ndarray) -> list[Predictions]:
    """Return :func:`reference` of a few copies of the images with rounding noise.

    The noise moves features by what other kernels move them by: those of Res2Net-50 with FPN by
    6e-6 of their largest value, where fusing the network moves them by 5e-6.
    """
    random = np.random.default_rng(0)
    noises = (random.normal(scale=NOISE, size=image.shape) for _ in range(DRAWS))
    return [reference(model, task, (image * (1 + noise)).astype(np.float32)) for noise in noises]


def _data_sample(task: str) -> type:
    if task == 'detection':
        from mmdet.structures import DetDataSample

        return DetDataSample
    from mmseg.structures import SegDataSample

    return SegDataSample
