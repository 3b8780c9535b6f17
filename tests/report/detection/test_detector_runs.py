"""What can be compared, and one error for each thing that cannot."""

import json

import pytest

from res2net_mm.errors import UserError
from res2net_mm.report.detection.detector_runs import read_detector_runs, shared_kinds


def test_work_dirs_and_files_are_read(drawn, work_dir):
    runs = read_detector_runs([work_dir('one', 0), drawn.files[1]], gt=drawn.gt)
    assert [run.name for run in runs] == ['one', 'b']
    assert runs[0].images == drawn.images
    assert runs[1].images is None
    assert len(runs[1].detections['bbox'].entries) == len(drawn.detections[1])
    assert runs[0].log.loss[0] == (0, 3.0)
    assert runs[1].log is None
    assert shared_kinds(runs, None) == ['bbox']


def test_what_is_missing_is_said(drawn, work_dir, tmp_path):
    a, b = drawn.files
    with pytest.raises(UserError, match='needs two runs or more, got 1'):
        read_detector_runs([a], gt=drawn.gt)
    with pytest.raises(UserError, match=r'a\.json, .*b\.json: results files need gt='):
        read_detector_runs([a, b])
    with pytest.raises(UserError, match=r'none: no such work directory or results file'):
        read_detector_runs([a, tmp_path / 'none'], gt=drawn.gt)
    with pytest.raises(UserError, match=r'pictures, the folder of the images, does not exist'):
        read_detector_runs([a, b], gt=drawn.gt, images=tmp_path / 'pictures')
    with pytest.raises(UserError, match=r'000001\.png is not there: images= is the folder that'):
        read_detector_runs([a, b], gt=drawn.gt, images=tmp_path)
    with pytest.raises(UserError, match='gt= is for results files'):
        read_detector_runs([work_dir('one', 0), work_dir('two', 1)], gt=drawn.gt)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UserError, match=r'holds no evaluation\.json'):
        read_detector_runs([work_dir('three', 0), tmp_path / 'empty'])


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (
            lambda truth: truth['categories'][0].update(name='other'),
            r'scored on other classes \(only one: disc; only file: other\)',
        ),
        (
            lambda truth: truth['categories'].reverse(),
            r'scored on other classes \(they are in another order',
        ),
        (
            lambda truth: truth['images'].append({**truth['images'][0], 'id': 99}),
            r'scored on other images \(only file: 99\)',
        ),
        (lambda truth: truth['annotations'].pop(), r'scored on other objects \(\d+ and \d+\)'),
        (
            lambda truth: truth['annotations'][0].update(bbox=[0, 0, 5, 5]),
            'scored on other objects',
        ),
    ],
)
def test_another_ground_truth_is_refused(drawn, work_dir, tmp_path, change, message):
    truth = json.loads(json.dumps(drawn.truth))
    change(truth)
    other = tmp_path / 'other.json'
    other.write_text(json.dumps(truth))
    with pytest.raises(UserError, match=f'one and file were {message}'):
        read_detector_runs([work_dir('one', 0), drawn.files[1]], gt=other, names=['one', 'file'])


def test_a_copy_of_the_ground_truth_is_the_same(drawn, work_dir, tmp_path):
    copy = tmp_path / 'copy.json'
    copy.write_text(drawn.gt.read_text())
    runs = read_detector_runs([work_dir('one', 0), drawn.files[1]], gt=copy)
    assert runs[0].truth is not runs[1].truth


def test_kinds_of_detections_are_those_of_all_runs(work_dir):
    both = read_detector_runs(
        [work_dir('a', 0, kinds=('bbox', 'segm')), work_dir('b', 1, kinds=('segm',))]
    )
    assert shared_kinds(both, None) == ['segm']
    with pytest.raises(UserError, match="b has no detections of the kind 'bbox'"):
        shared_kinds(both, ['bbox'])
    apart = read_detector_runs([work_dir('c', 0), work_dir('d', 1, kinds=('segm',))])
    with pytest.raises(UserError, match=r'no kind .* in common \(c: bbox; d: segm\)'):
        shared_kinds(apart, None)
