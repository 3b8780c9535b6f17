"""Label maps are read from their files, or refused by name."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from folders import write_image
from mask_folders import write_mask, write_masked

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, LabelMapImages
from res2net_mm.formats.label_maps.map_file import (
    LabelCensus,
    count_labels,
    read_label_map,
    read_palette,
)


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


def test_masks_of_another_size_are_refused(tmp_path):
    write_masked(tmp_path)
    write_mask(tmp_path / 'annotations/val/val_3.png', (0, 1), height=30)
    with pytest.raises(
        UserError, match=r'as large as their images: 1 \(val_3\.png has 80x30 px, its image 80x6'
    ):
        recognise(tmp_path)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (np.zeros((60, 80, 3), np.uint8), 'holds colours'),
        (None, 'cannot be read'),
    ],
)
def test_masks_that_are_no_labels_are_refused(content, reason, tmp_path):
    file = write_masked(tmp_path) / 'annotations/train/train_0.png'
    if content is None:
        file.write_bytes(b'nothing')
    else:
        cv2.imwrite(str(file), content)
    with pytest.raises(UserError, match=rf'train_0\.png.*{reason}'):
        recognise(tmp_path)


def test_a_palette_is_read_as_labels(tmp_path):
    write_mask(tmp_path / 'plain.png', (0, 3))
    write_mask(tmp_path / 'palette.png', (0, 3), palette=True)
    for name, has_palette in (('plain', False), ('palette', True)):
        labels, palette = read_label_map(tmp_path / f'{name}.png')
        assert (labels.shape, labels.dtype, palette) == ((60, 80), np.uint8, has_palette)
        assert np.unique(labels).tolist() == [0, 3]
    assert read_palette(tmp_path / 'plain.png') is None
    assert read_palette(tmp_path / 'palette.png')[3].tolist() == [3, 252, 7]


def test_labels_are_counted_over_label_maps(tmp_path):
    for name, labels in {'a': (0, 1), 'b': (1, 255)}.items():
        write_image(tmp_path / f'{name}.jpg')
        write_mask(tmp_path / f'{name}.png', labels)
    part = LabelMapImages(tmp_path, tmp_path, tmp_path, '.jpg', '.png', ('a', 'b'))
    census = count_labels(part, 'train', Findings())
    assert census.seen == {0, 1, 255}
    assert census.maps[1] == (2, tmp_path / 'a.png')
    assert census.pixels[[0, 1, 255]].tolist() == [2400, 4800, 2400]
    assert not census.palettes
    both = LabelCensus()
    both.merge(census)
    both.merge(census)
    assert both.maps[255] == (2, tmp_path / 'b.png')
    assert both.pixels.sum() == 4 * 4800


def test_all_that_cannot_be_used_is_found_at_once(tmp_path):
    for name in 'abc':
        write_image(tmp_path / f'{name}.jpg')
        write_mask(tmp_path / f'{name}.png', (0, 1))
    (tmp_path / 'a.png').write_bytes(b'nothing')
    (tmp_path / 'b.jpg').write_bytes(b'nothing')
    write_mask(tmp_path / 'c.png', (0, 1), height=30)
    part = LabelMapImages(tmp_path, tmp_path, tmp_path, '.jpg', '.png', tuple('abc'))
    findings = Findings(stop=False)
    assert count_labels(part, 'train', findings).seen == set()
    assert [finding.count for finding in findings] == [1, 1, 1]
