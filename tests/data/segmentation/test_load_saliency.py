"""The transform that loads masks of salient objects."""

import numpy as np
import pytest
from mmengine.registry import TRANSFORMS
from PIL import Image

import res2net_mm  # noqa: F401  (registers the scope)
from res2net_mm.errors import UserError

GREYS = np.array([[0, 1, 128, 129, 255]], np.uint8)


def load(path, **options):
    transform = TRANSFORMS.build(dict(type='res2net_mm.LoadSaliencyAnnotations', **options))
    found = transform(dict(seg_map_path=str(path), seg_fields=[]))
    assert found['seg_fields'] == ['gt_seg_map']
    assert found['gt_seg_map'].dtype == np.uint8
    return found['gt_seg_map'].tolist()


def test_greys_are_thresholded_as_the_field_does(tmp_path):
    Image.fromarray(GREYS).save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png') == [[0, 0, 0, 1, 1]]
    assert load(tmp_path / 'a.png', threshold=0) == [[0, 1, 1, 1, 1]]


@pytest.mark.parametrize('mode', ['1', 'RGB', 'RGBA', 'P'])
def test_black_and_white_in_every_mode(tmp_path, mode):
    mask = Image.fromarray(np.array([[0, 255, 255]], np.uint8))
    mask.convert(mode).save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png') == [[0, 1, 1]]


def test_a_jpeg_mask_is_read(tmp_path):
    mask = np.zeros((16, 16), np.uint8)
    mask[:, 8:] = 255
    Image.fromarray(mask).save(tmp_path / 'a.jpg')
    assert load(tmp_path / 'a.jpg') == (mask > 128).astype(int).tolist()


def test_what_is_no_image_is_one_error(tmp_path):
    (tmp_path / 'a.png').write_bytes(b'nothing')
    with pytest.raises(UserError, match=r'mask .*a.png cannot be read'):
        load(tmp_path / 'a.png')
