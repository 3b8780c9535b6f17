"""The tool as a user runs it."""

import pytest
from tool_process import one_error, run, run_afresh

TOOL = 'swap_backbone.py'


@pytest.mark.slow  # a process that imports the toolboxes anew
def test_it_says_what_it_changed_and_where_it_wrote(tmp_path):
    config = 'mmdet::retinanet/retinanet_r18_fpn_1x_coco.py'
    done = run_afresh(TOOL, config, 'res2net_light', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in (
        'model.backbone: ResNet -> res2net_mm.Res2Net',
        'model.neck.in_channels: [64, 128, 256, 512] -> [128, 256, 512, 1024]',
        'frozen_stages: 1 -> -1',
        'written: retinanet_r18_fpn_1x_coco_res2net_light_14w_4s.py',
    ):
        assert said in done.stdout
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_refused_is_one_error_and_nothing_is_written(tmp_path):
    done = run(TOOL, 'mmdet::detectors/htc_r50-sac_1x_coco.py', 'res2net50', cwd=tmp_path)
    assert 'DetectoRS' in one_error(done)
    assert not list(tmp_path.iterdir())
