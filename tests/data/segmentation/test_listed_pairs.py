"""What training reads of images and label maps: lists, and label maps written anew."""

import numpy as np
import pytest
from mask_folders import write_mask
from PIL import Image

from res2net_mm.data.segmentation.listed_pairs import list_pairs, shared_suffixes
from res2net_mm.formats import LabelMapImages
from res2net_mm.formats.label_maps.encoding import Encoding


@pytest.mark.parametrize(
    ('images', 'maps', 'suffixes'),
    [
        ('a.jpg x/b.jpg', 'a.png x/b.png', ('.jpg', '.png')),
        ('a.jpg b.jpg', 'a_mask.png b_mask.png', ('.jpg', '_mask.png')),
        ('a_left.png b_left.png', 'a_right.png b_right.png', ('left.png', 'right.png')),
        ('a_m.jpg b.jpg', 'a_mask.png b_mask.png', None),
        ('a.jpg b.png', 'a.png b.png', None),
        ('a.jpg b.jpg', 'x/a.png b.png', None),
        ('img_1.jpg img_2.jpg', 'mask_1.png mask_2.png', None),
    ],
)
def test_endings(images, maps, suffixes):
    assert shared_suffixes(images.split(), maps.split()) == suffixes


def part_of(tmp_path, images, maps):
    for name in maps:
        write_mask(tmp_path / 'masks' / name, (0, 3), 4, 6)
    return LabelMapImages(tmp_path, tmp_path / 'images', tmp_path / 'masks', images, maps)


def test_what_can_be_read_is_only_listed(tmp_path):
    part = part_of(tmp_path, ['a.jpg', 'x/b.jpg'], ['a_mask.png', 'x/b_mask.png'])
    listed = list_pairs(part, 'val', tmp_path / 'out', Encoding(), direct=True)
    assert listed.list_file.read_text() == 'a\nx/b\n'
    assert (listed.image_suffix, listed.map_suffix) == ('.jpg', '_mask.png')
    assert listed.map_dir == part.map_dir
    assert [file.name for file in (tmp_path / 'out').iterdir()] == ['masked_val.txt']


@pytest.mark.parametrize(
    ('images', 'encoding', 'direct', 'labels'),
    [
        (['a.jpg', 'x/b.png'], Encoding(), True, [0, 3]),
        (['a.jpg', 'x/b.jpg'], Encoding(), False, [0, 3]),
        (['a.jpg', 'x/b.jpg'], Encoding(values={0: 1, 3: 0}), True, [1, 0]),
    ],
)
def test_others_are_written_as_labels(images, encoding, direct, labels, tmp_path):
    part = part_of(tmp_path, images, ['a.png', 'x/b.png'])
    listed = list_pairs(part, 'train', tmp_path / 'out', encoding, direct=direct)
    names = listed.list_file.read_text().split()
    assert [name + listed.image_suffix for name in names] == images
    for name in names:
        with Image.open(listed.map_dir / (name + listed.map_suffix)) as image:
            assert (image.mode, image.size) == ('L', (6, 4))
            assert np.array(image)[0, [0, 5]].tolist() == labels
