"""A work directory says how a segmenter was scored, or what is wrong with it."""

import json

import pytest
from test_region_size_metric import evaluate, samples_of

from res2net_mm.errors import UserError
from res2net_mm.evaluation import RegionSizeMetric, make_bins
from res2net_mm.evaluation.regions import read_saved_regions, score_regions

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
