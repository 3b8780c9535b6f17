"""Save the predictions of a segmenter as label maps, so that they can be scored without it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.registry import HOOKS
from res2net_mm.whole_file import whole_file


@HOOKS.register_module(force=True)  # a reload is harmless
class LabelMapHook(Hook):
    """Write a PNG of 8 bits for each image of a test run.

    It has the name and the subfolder of the image's ground truth, and the labels of the ground
    truth's files: where those begin at 1 (``reduce_zero_label``), these do.

    Args:
        out_dir: Where to write.

    Raises:
        UserError: Two images would be written to one file, or a label does not fit 8 bits.
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = Path(out_dir)
        self.written: dict[Path, Path] = {}

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any, outputs: Sequence[BaseDataElement]
    ) -> None:
        """Write the label maps of one batch."""
        prefix: Any = getattr(runner.test_dataloader.dataset, 'data_prefix', {})
        for sample in outputs:
            named = 'seg_map_path' if 'seg_map_path' in sample else 'img_path'
            source, folder = Path(os.path.normpath(sample.get(named))), prefix.get(named)
            inside = bool(folder) and source.is_relative_to(folder)
            path = self.out_dir / (source.relative_to(folder) if inside else source.name)
            self._write(sample, source, path.with_suffix('.png'))

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Log where the label maps are."""
        runner.logger.info(f'label maps of the predictions: {self.out_dir}')

    def _write(self, sample: BaseDataElement, source: Path, path: Path) -> None:
        if self.written.setdefault(path, source) != source:
            raise UserError(
                f'the label maps of {self.written[path]} and {source} would both be {path}: '
                'the test set needs one folder'
            )
        labels = sample.pred_sem_seg.data.squeeze(0).cpu().numpy()  # (1, H, W) -> (H, W)
        labels = labels + bool(sample.get('reduce_zero_label', False))
        if labels.max() > 255:
            raise UserError(f'the label {labels.max()} of {source} does not fit a PNG of 8 bits')
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, durable=False) as partial:
            Image.fromarray(labels.astype(np.uint8)).save(partial)
