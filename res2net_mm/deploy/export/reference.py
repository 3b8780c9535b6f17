"""What the model in PyTorch says of images, in the form that an exported file says it."""

import numpy as np
import torch
from torch import nn


@torch.no_grad()
def reference(model: nn.Module, task: str, image: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Return the model's own predictions, by its own code, for each image.

    Args:
        model: The model, not fused.
        task: detection, segmentation or features.
        image: (N, 3, H, W), float32, as the exported file takes it.

    Returns:
        For each image, of a detection boxes (K, 4), scores (K,) and labels (K,), of a segmentation
        labels (H, W), else the maps of the stages.
    """
    batch = torch.from_numpy(image)
    if task == 'features':
        maps = model(batch)
        return [{i: level[n].numpy() for i, level in enumerate(maps)} for n in range(len(image))]
    shape = tuple(image.shape[2:])
    meta = dict(img_shape=shape, ori_shape=shape, pad_shape=shape, scale_factor=(1.0, 1.0))
    if task == 'detection':
        from mmdet.structures import DetDataSample as Sample
    else:
        from mmseg.structures import SegDataSample as Sample
    samples = [Sample(metainfo=dict(meta)) for _ in image]
    found = model.test_step(dict(inputs=list(batch), data_samples=samples))
    if task == 'detection':
        instances = [sample.pred_instances for sample in found]
        return [
            dict(boxes=i.bboxes.numpy(), scores=i.scores.numpy(), labels=i.labels.numpy())
            for i in instances
        ]
    return [dict(labels=sample.pred_sem_seg.data[0].numpy()) for sample in found]
