"""Public sets are known by the names of their files and by what fits them, and by nothing less."""

from pathlib import Path

import numpy as np
import pytest

from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.known_sets import CITYSCAPES, known_set
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels, voc_colours

VOC = np.array(voc_colours(), np.int32)


def census_of(values, shown=GREY):
    census = LabelCensus()
    codes = np.array([values], np.int32 if shown is None else np.uint8)
    census.add(Path('a.png'), MapPixels(codes, shown, palette=shown is not GREY))
    return census


@pytest.mark.parametrize(
    ('values', 'shown', 'image', 'label_map', 'known'),
    [
        (range(12), GREY, '0001TP_006690', 'a.png', 'CamVid'),
        (range(12), GREY, 'Seq05VD_f00030', 'a.png', 'CamVid'),
        ((0, 1), GREY, '0001TP_006690', 'a.png', None),
        ((0, 255), GREY, '0001TP_006690', 'a.png', None),
        (range(13), GREY, '0001TP_006690', 'a.png', None),
        (range(12), GREY, 'frame_1', 'a.png', None),
        ((0, 1, 255), VOC, '2007_000032', 'a.png', 'PASCAL VOC'),
        ((0, 1, 255), VOC, 'a', 'VOC2012/SegmentationClass/a.png', None),
        ((0, 1, 255), VOC, '000032', 'VOC2007/SegmentationClass/000032.png', None),
        (range(15), VOC, '000032', 'a.png', 'PASCAL VOC'),
        ([0x800000, 0, 0xE0E0C0], None, '2007_000032', 'a.png', 'PASCAL VOC'),
        ((0, 1, 2), VOC, 'IMG_1', 'SegmentationClass/IMG_1.png', None),
        ((0, 1, 255), GREY, '2007_000032', 'a.png', None),
        ((0, 1, 21), VOC, '2007_000032', 'a.png', None),
        ((0, 18, 255), GREY, 'ulm_000001_000019', 'ulm_x_gtFine_labelTrainIds.png', 'Cityscapes'),
        ((0, 7, 33), GREY, 'ulm_000001_000019', 'ulm_x_gtFine_labelIds.png', 'Cityscapes'),
        ((0, 7, 40), GREY, 'ulm_000001_000019', 'ulm_x_gtFine_labelIds.png', None),
        ((0, 7, 33), GREY, 'street_1', 'street_1_gtFine_labelIds.png', None),
        ((0, 150), GREY, 'ADE_train_00000001', 'a.png', 'ADE20K'),
        ((0, 151), GREY, 'ADE_train_00000001', 'a.png', None),
    ],
)
def test_evidence(values, shown, image, label_map, known):
    table = known_set(census_of(values, shown), [image], [Path(label_map)])
    assert (table and table.file) == known


def test_the_values_of_cityscapes():
    table = known_set(census_of((7, 33)), ['ulm_000001_000019'], [Path('u_labelIds.png')])
    assert table is not None
    named = {entry.value: entry.name for entry in table.entries}
    assert len(CITYSCAPES) == 19
    assert (named[7], named[26], named[33], named[0], named[29]) == (
        'road',
        'car',
        'bicycle',
        'void',
        'void',
    )
    assert len(named) == 34
