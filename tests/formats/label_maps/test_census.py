"""Values and colours of label maps are counted, and what cannot be counted is found."""

import cv2
import numpy as np
import pytest
from folders import write_image
from mask_folders import write_mask

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, LabelMapImages
from res2net_mm.formats.label_maps.census import LabelCensus, count_labels
from res2net_mm.formats.label_maps.map_file import read_pixels


def part_of(folder, names):
    images, maps = ([f'{name}{end}' for name in names] for end in ('.jpg', '.png'))
    return LabelMapImages(folder, folder, folder, images, maps)


def test_values_are_counted_over_label_maps(tmp_path):
    for name, labels in {'a': (0, 1), 'b': (1, 255)}.items():
        write_image(tmp_path / f'{name}.jpg')
        write_mask(tmp_path / f'{name}.png', labels)
    census = count_labels(part_of(tmp_path, 'ab'), 'train', Findings())
    assert {value: seen.pixels for value, seen in census.values.items()} == {
        0: 2400,
        1: 4800,
        255: 2400,
    }
    assert (census.values[1].maps, census.values[1].first) == (2, tmp_path / 'a.png')
    assert (census.palettes, census.direct, census.in_grey, census.colours) == (
        False,
        True,
        True,
        {},
    )
    both = LabelCensus()
    both.merge(census)
    both.merge(census)
    assert (both.values[255].maps, both.values[255].first) == (2, tmp_path / 'b.png')
    assert sum(seen.pixels for seen in both.values.values()) == 4 * 4800
    assert census.values[255].maps == 1


def test_colours_and_palettes_are_counted_as_they_are_shown(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((2, 3, 3), (7, 9, 200), np.uint8))
    write_mask(tmp_path / 'b.png', (0, 3), 4, 6, palette=True)
    census = LabelCensus()
    for name in 'ab':
        census.add(tmp_path / f'{name}.png', read_pixels(tmp_path / f'{name}.png'))
    assert census.seen == {0, 3}
    found = {colour: seen.pixels for colour, seen in census.all_colours.items()}
    assert found == {0xC80907: 6, 0: 12, 0x808000: 12}
    assert not census.in_grey
    assert not census.direct


def test_a_photograph_is_no_label_map(tmp_path):
    pixels = np.arange(40 * 40 * 3).reshape(40, 40, 3).astype(np.uint8)
    pixels[..., 0] = np.arange(40)[:, None]
    pixels[..., 1] = np.arange(40)
    cv2.imwrite(str(tmp_path / 'a.png'), pixels)
    with pytest.raises(UserError, match=r'a\.png holds 1600 colours: it is a photograph'):
        LabelCensus().add(tmp_path / 'a.png', read_pixels(tmp_path / 'a.png'))


def test_all_that_cannot_be_used_is_found_at_once(tmp_path):
    for name in 'abc':
        write_image(tmp_path / f'{name}.jpg')
        write_mask(tmp_path / f'{name}.png', (0, 1))
    (tmp_path / 'a.png').write_bytes(b'nothing')
    (tmp_path / 'b.jpg').write_bytes(b'nothing')
    write_mask(tmp_path / 'c.png', (0, 1), height=30)
    findings = Findings(stop=False)
    assert count_labels(part_of(tmp_path, 'abc'), 'train', findings).seen == set()
    assert [finding.count for finding in findings] == [1, 1, 1]
    assert 'c.png has 80x30 px, its image 80x60 px' in str(findings[2])
