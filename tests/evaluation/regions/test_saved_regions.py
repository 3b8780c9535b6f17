"""A work directory says how a segmenter was scored, or what is wrong with it."""

import json

import numpy as np
import pytest
from PIL import Image
from test_region_size_metric import evaluate, samples_of

from res2net_mm.errors import UserError
from res2net_mm.evaluation import RegionSizeMetric, make_bins
from res2net_mm.evaluation.regions import read_saved_regions, score_regions
from res2net_mm.evaluation.regions.saved_regions import (
    encode_label_map,
    find_label_maps,
    write_label_maps,
)

BINS = [('tiny', 0, 3), ('rest', 3, None)]


def test_what_the_metric_wrote_is_read(make_maps, tmp_path):
    maps = make_maps(2)
    evaluate(RegionSizeMetric(out_dir=tmp_path, bins=BINS, bins_by='side'), samples_of(maps))
    saved = read_saved_regions(tmp_path)
    assert saved.bins == make_bins(BINS, 'side')
    written = json.loads((tmp_path / 'iou_by_size.json').read_text())
    assert score_regions(saved.regions, bins=saved.bins).to_dict() == written
    assert len(saved.label_maps) == len(maps)
    assert all(file.is_file() for pair in saved.label_maps for file in pair)


def test_large_sets_keep_no_label_maps(make_maps, tmp_path):
    samples = samples_of(make_maps(2))
    evaluate(RegionSizeMetric(out_dir=tmp_path, label_maps=3), samples)
    assert len(read_saved_regions(tmp_path).label_maps) == 3
    evaluate(RegionSizeMetric(out_dir=tmp_path, label_maps=2), samples)
    assert read_saved_regions(tmp_path).label_maps is None


def test_faults_are_said(make_maps, tmp_path):
    with pytest.raises(UserError, match='cannot read the regions of a run'):
        read_saved_regions(tmp_path)
    evaluate(RegionSizeMetric(out_dir=tmp_path), samples_of(make_maps(2)))
    (tmp_path / 'iou_by_size.json').write_text('{}')
    with pytest.raises(UserError, match=r'iou_by_size\.json does not say in which size bins'):
        read_saved_regions(tmp_path)


def encoded(value):
    labels = np.full((4, 6), value)
    labels[0, 0], labels[1, 1] = -1, 3
    return (encode_label_map(labels, 3, [(1, 2, 3), (4, 5, 6), (7, 8, 9)]),) * 2


@pytest.mark.parametrize(
    ('images', 'expected'),
    [
        (['/a/val/x/1.jpg', '/a/val/y/1.jpg'], ['x/1.png', 'y/1.png']),
        (['/a/1.jpg'], ['1.png']),
        (['0', '1'], ['0.png', '1.png']),
        (['s3://b/1.jpg', 's3://b/2.jpg'], ['1.png', '2.png']),
        (['/a/1.jpg', '/a/1.png'], ['000000.png', '000001.png']),
        (['/a/x.one.jpg', '/a/x.two.jpg'], ['x.one.png', 'x.two.png']),
    ],
)
def test_names_are_those_of_the_images(tmp_path, images, expected):
    write_label_maps(tmp_path, images, [encoded(i) for i in range(len(images))])
    found = find_label_maps(tmp_path, images)
    for index, (pair, name) in enumerate(zip(found, expected, strict=True)):
        folder = tmp_path / 'label_maps'
        assert list(pair) == [folder / 'truth' / name, folder / 'predicted' / name]
        for file in pair:
            with Image.open(file) as image:
                labels, palette = np.array(image), image.getpalette()
            assert labels[0, 0] == labels[1, 1] == 255
            assert labels[2, 2] == index
            assert palette[3:6] == [4, 5, 6]
    assert len(list(folder.rglob('*.png'))) == 2 * len(images)


def test_a_later_evaluation_replaces_them_or_leaves_none(tmp_path):
    write_label_maps(tmp_path, ['/a/1.jpg', '/a/2.jpg'], [encoded(0), encoded(1)])
    write_label_maps(tmp_path, ['/a/3.jpg'], [encoded(2)])
    assert sorted(f.name for f in tmp_path.rglob('*.png')) == ['3.png', '3.png']
    write_label_maps(tmp_path, ['/a/3.jpg'], None)
    assert list(tmp_path.iterdir()) == []
    assert find_label_maps(tmp_path, ['/a/3.jpg']) is None


def test_a_fault_leaves_nothing_half_written(tmp_path):
    with pytest.raises(TypeError):
        write_label_maps(tmp_path, ['/a/1.jpg', '/a/2.jpg'], [encoded(0), (None, None)])
    assert list(tmp_path.iterdir()) == []
