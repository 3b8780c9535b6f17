"""Segmenters are read from work directories and label maps, or refused in a sentence."""

import shutil

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.report.segmentation.segmenter_runs import read_segmenter_runs

NOTHING_SAID = dict(classes=None, ignore_index=None)


def read(paths, **options):
    quiet = dict(progress=False, say=lambda text: None)
    return read_segmenter_runs(paths, **{**NOTHING_SAID, **quiet, **options})


def test_both_kinds_hold_the_same(drawn_maps, segmenter_dir):
    folder = segmenter_dir('kept', 0)
    kept, read_again = read([folder, drawn_maps.folders[0]], gt=drawn_maps.gt)
    assert (kept.name, read_again.name) == ('kept', 'coarse')
    assert kept.regions.categories == read_again.regions.categories == drawn_maps.classes
    for index, (truth, predicted, _) in enumerate(drawn_maps.labels.values()):
        for run in (kept, read_again):
            maps = run.read_maps(index)
            np.testing.assert_array_equal(maps[0], truth)
            np.testing.assert_array_equal(maps[1], predicted)
    assert [file.parent for file in kept.images] == [drawn_maps.images] * len(kept.images)
    assert read_again.images == [None] * len(kept.images)
    assert kept.colours[1].tolist() == [10, 20, 30]
    assert len(read_again.colours) == len(drawn_maps.classes)
    assert [size.name for size in kept.options['bins']] == ['small', 'medium', 'large']
    assert read_again.options is None
    assert kept.log.scores['mIoU_s'] == [(50, 20.0)]
    assert set(kept.log.scores) == {'mIoU', 'mIoU_s', 'aAcc'}


def test_images_are_found_by_name(drawn_maps):
    named = read(drawn_maps.folders, gt=drawn_maps.gt, images=drawn_maps.images, names=['a', 'b'])
    for run in named:
        assert [file.name for file in run.images] == list(drawn_maps.labels)


def test_label_maps_need_not_be_kept(segmenter_dir):
    run, _ = read([segmenter_dir('few', 0, label_maps=3), segmenter_dir('all', 1)])
    assert run.read_maps is None
    assert len(run.colours) == len(run.regions.categories)


def test_what_is_missing_is_said(drawn_maps, segmenter_dir, tmp_path):
    folder = segmenter_dir('one', 0)
    with pytest.raises(UserError, match='two runs or more'):
        read([folder])
    with pytest.raises(UserError, match=r'coarse: label maps need gt=, the folder of their'):
        read([folder, drawn_maps.folders[0]])
    for options in (dict(gt=drawn_maps.gt), dict(classes=['a']), dict(ignore_index=0)):
        with pytest.raises(UserError, match='gt=, classes= and ignore_index= are for label'):
            read([folder, folder], names=['a', 'b'], **options)
    empty = tmp_path / 'pictures'
    with pytest.raises(UserError, match='pictures, the folder of the images, does not exist'):
        read([folder, folder], names=['a', 'b'], images=empty)
    empty.mkdir()
    with pytest.raises(UserError, match='none of the 0 images in'):
        read([folder, folder], names=['a', 'b'], images=empty)
    copy = tmp_path / 'copy'
    shutil.copytree(folder, copy)
    (copy / 'iou_by_size.npz').write_bytes(b'no')
    with pytest.raises(UserError, match='cannot read the regions of a run'):
        read([folder, copy])
