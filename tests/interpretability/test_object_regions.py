"""Where objects are, from boxes and from masks."""

import json

import cv2
import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.interpretability.object_regions import BoxRegions, MaskRegions

HEIGHT, WIDTH = 40, 60


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two images, the first with a cat's box, a larger dog's and a crowd."""
    for name in ('a', 'b'):
        cv2.imwrite(str(tmp_path / f'{name}.png'), np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    boxes = {1: [2, 3, 4, 5], 2: [10, 10, 20.4, 15], 3: [50, 30, 20, 20]}
    annotations = [
        dict(id=i, image_id=1, category_id=min(i, 2), bbox=box, area=box[2] * box[3], iscrowd=0)
        for i, box in boxes.items()
    ]
    annotations.append(dict(annotations[0], id=4, iscrowd=1, bbox=[0, 0, 60, 40]))
    content = dict(
        images=[
            dict(id=i, file_name=f'{name}.png', width=WIDTH, height=HEIGHT)
            for i, name in enumerate('ab', start=1)
        ],
        annotations=annotations,
        categories=[dict(id=1, name='cat'), dict(id=2, name='dog')],
    )
    (tmp_path / 'annotations.json').write_text(json.dumps(content))
    return tmp_path


def test_the_boxes_of_the_class_of_the_largest(folder):
    regions = BoxRegions(folder)
    region = regions.of(folder / 'a.png')
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[10:25, 10:30] = True
    expected[30:40, 50:60] = True  # cut at the border
    np.testing.assert_array_equal(region.pixels, expected)
    assert (region.name, region.area) == ('dog', 20 * 15 + 100)
    assert [image.name for image in regions.images] == ['a.png']


def test_an_image_without_boxes_is_named(folder):
    with pytest.raises(UserError, match=r'b\.png has no box'):
        BoxRegions(folder).of(folder / 'b.png')


def test_masks_are_found_by_name(folder, tmp_path):
    masks = tmp_path / 'masks'
    masks.mkdir()
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5:9, 6:8] = 1
    cv2.imwrite(str(masks / 'a.png'), mask)
    cv2.imwrite(str(masks / 'b.png'), mask[:20])
    regions = MaskRegions(masks)
    np.testing.assert_array_equal(regions.of(folder / 'a.png').pixels, mask > 0)
    with pytest.raises(UserError, match='60 x 20 px and its image 60 x 40'):
        regions.of(folder / 'b.png')
    with pytest.raises(UserError, match=r'has no mask c\.png'):
        regions.of(folder / 'c.png')


def test_a_folder_without_masks_is_refused(tmp_path):
    with pytest.raises(UserError, match='holds no masks'):
        MaskRegions(tmp_path)
