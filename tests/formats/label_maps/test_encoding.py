"""Pixels become labels by values, by colours or directly."""

from pathlib import Path

import numpy as np
import pytest

from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.encoding import Encoding, fits
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels

PALETTE = np.zeros(256, np.int32)
PALETTE[:3] = 0xFF0000, 0x00FF00, 0x0000FF
VALUES = np.array([[0, 1, 2, 2]], np.uint8)


@pytest.mark.parametrize(
    ('encoding', 'pixels', 'labels'),
    [
        (Encoding(), MapPixels(VALUES, GREY), [0, 1, 2, 2]),
        (Encoding(values={0: 5, 2: 0}), MapPixels(VALUES, GREY), [5, 255, 0, 0]),
        (Encoding(colours={0xFF0000: 1, 0x0000FF: 3}), MapPixels(VALUES, PALETTE), [1, 255, 3, 3]),
        (Encoding(colours={0x020202: 4}), MapPixels(VALUES, GREY), [255, 255, 4, 4]),
        (Encoding(colours={0x00FF00: 2}), MapPixels(PALETTE[VALUES], None), [255, 2, 255, 255]),
    ],
)
def test_labels(encoding, pixels, labels):
    decoded = encoding.decode(pixels)
    assert (decoded.dtype, decoded.tolist()) == (np.uint8, [labels])
    census = LabelCensus()
    census.add(Path('a.png'), pixels)
    assert np.array_equal(encoding.count(census), np.bincount(labels, minlength=256))
    assert fits(encoding, census, {*labels})
    assert not fits(encoding, census, {*labels[1:]} - {labels[0]})


def test_label_maps_that_are_all_ignored_are_told():
    census = LabelCensus()
    for name, codes in (('a', [[2, 2]]), ('b', [[0, 2]]), ('c', [[2]]), ('d', [[0]])):
        census.add(Path(name), MapPixels(np.array(codes, np.uint8), GREY))
    census.add(Path('e'), MapPixels(np.array([[0x00FF00]], np.int32), None))
    found = [
        [(seen.maps, seen.first.name) for seen in encoding.ignored_alone(census, {255})]
        for encoding in (
            Encoding(values={0: 0, 1: 1}),
            Encoding(colours={0: 0, 0x020202: 1, 0x00FF00: 255}),
        )
    ]
    assert found == [[(2, 'a'), (1, 'e')], [(1, 'e')]]
    assert [seen.maps for seen in Encoding().ignored_alone(census, {0, 255})] == [1, 1]


def test_only_values_can_be_read_without_change():
    assert Encoding().is_direct
    assert not Encoding(values={}).is_direct
    assert not Encoding(colours={}).is_direct
