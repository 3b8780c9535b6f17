"""What masks of salient objects mean."""

from pathlib import Path

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels
from res2net_mm.formats.label_maps.saliency import CLASSES, salient_labels


def census_of(*masks):
    census = LabelCensus()
    for i, mask in enumerate(masks):
        census.add(Path(f'masks/{i}.png'), MapPixels(np.array(mask, np.uint8), GREY))
    return census


def decode(labels, mask):
    return labels.encoding.decode(MapPixels(np.array(mask, np.uint8), GREY)).tolist()


def test_what_is_above_128_is_salient():
    findings = Findings()
    labels = salient_labels(census_of([[0, 127, 128, 129, 255]]), findings)
    assert labels.classes == CLASSES
    assert decode(labels, [[0, 127, 128, 129, 255]]) == [[0, 0, 0, 1, 1]]
    (found,) = findings
    assert found.name == 'masks with greys (60.00% of the pixels), salient above 128'
    assert found.count == 1


def test_black_and_white_and_ones_need_no_words():
    findings = Findings()
    assert decode(salient_labels(census_of([[0, 255]]), findings), [[0, 255]]) == [[0, 1]]
    ones = salient_labels(census_of([[0, 1]], [[0, 0]]), findings)
    assert ones.encoding.is_direct
    assert findings == []


def test_masks_without_anything_salient_or_in_colours_are_refused():
    with pytest.raises(UserError, match='no mask has a salient pixel: they hold 0 to 100'):
        salient_labels(census_of([[0, 100]]), Findings())
    with pytest.raises(UserError, match='no mask has a salient pixel: they hold 0 to 0'):
        salient_labels(census_of([[0, 0]]), Findings())
    coloured = LabelCensus()
    coloured.add(Path('masks/0.png'), MapPixels(np.array([[0xFF0000]], np.int32), None))
    with pytest.raises(UserError, match=r'0.png holds colours, and a mask of salient objects'):
        salient_labels(coloured, Findings())
