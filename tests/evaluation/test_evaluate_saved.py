"""Which kind of files is meant, and what is said where an option or a path does not fit."""

import numpy as np
import pytest
import tool_process
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.evaluation.evaluate_saved import evaluate_saved


@pytest.fixture
def folders(tmp_path):
    """Two folders with one label map each."""
    for name in ('gt', 'dt'):
        (tmp_path / name).mkdir()
        Image.fromarray(np.eye(8, dtype=np.uint8)).save(tmp_path / name / 'a.png')
    return tmp_path / 'gt', tmp_path / 'dt'


def test_two_folders_of_label_maps_are_scored_as_such(folders):
    assert evaluate_saved(*folders, progress=False, say=len).overall.iou == 1


def test_options_of_the_other_kind_are_refused(folders, tmp_path):
    gt, dt = folders
    with pytest.raises(UserError, match=r'^iou_types=, max_dets=: for detections, but .*gt and'):
        evaluate_saved(gt, dt, iou_types=['bbox'], max_dets=[5])
    (tmp_path / 'gt.json').write_text('{}')
    with pytest.raises(UserError, match=r'ignore_index=: for label maps, but .*gt.json'):
        evaluate_saved(tmp_path / 'gt.json', dt, ignore_index=3)
    options = ['--iou-type', 'bbox', '--max-dets', '5']
    done = tool_process.run('eval_by_size.py', '--gt', gt, '--dt', dt, *options, cwd=tmp_path)
    assert done.returncode == 2
    assert 'error: --iou-type, --max-dets: for detections, but' in done.stderr


@pytest.mark.parametrize('missing', ['gt', 'dt'])
def test_a_missing_path_is_named(folders, tmp_path, missing):
    paths = dict(zip(('gt', 'dt'), folders, strict=True))
    paths[missing] = tmp_path / 'gone'
    with pytest.raises(UserError) as caught:
        evaluate_saved(**paths, classes=['a', 'b'])
    assert str(caught.value) == f"{missing}='{tmp_path / 'gone'}': No such file or directory"
