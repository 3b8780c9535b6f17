"""Loads the masks of salient objects as data sets have them: black, white and grey at the edges."""

from typing import Any

import mmcv
from mmcv.transforms import BaseTransform
from mmengine import fileio

from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.saliency import THRESHOLD
from res2net_mm.registry import TRANSFORMS


@TRANSFORMS.register_module(force=True)  # a reload is harmless
class LoadSaliencyAnnotations(BaseTransform):
    """Load a mask as a label map of 0 and 1; takes the place of MMSegmentation's LoadAnnotations.

    Reads ``seg_map_path``; adds ``gt_seg_map``, (H, W) uint8, to the ``seg_fields``.

    Args:
        threshold: Grey value above which a pixel is salient; the field's is 128. 0 for masks of 0
            and 1, and for label maps in which every class but the first is salient.
        backend_args: Where files are read from, as in MMEngine.
    """

    def __init__(
        self, threshold: int = THRESHOLD, backend_args: dict[str, Any] | None = None
    ) -> None:
        self.threshold, self.backend_args = threshold, backend_args

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the label map; raise UserError if the file cannot be read."""
        path = results['seg_map_path']
        content = fileio.get(path, backend_args=self.backend_args)
        # OpenCV gives a palette's colours in grey, which Pillow gives as indices.
        mask = mmcv.imfrombytes(content, flag='grayscale', backend='cv2')
        if mask is None:
            raise UserError(f'mask {path} cannot be read')
        results['gt_seg_map'] = (mask > self.threshold).astype('uint8')
        results.setdefault('seg_fields', []).append('gt_seg_map')
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(threshold={self.threshold})'
