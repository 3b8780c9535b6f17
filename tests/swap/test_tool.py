"""The tool as a user runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools' / 'swap_backbone.py'


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, TOOL, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.slow  # processes that import the toolboxes
def test_it_says_what_it_changed_and_where_it_wrote(tmp_path):
    done = run('mmdet::retinanet/retinanet_r18_fpn_1x_coco.py', 'res2net_light', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in (
        'model.backbone: ResNet -> res2net_mm.Res2Net',
        'model.neck.in_channels: [64, 128, 256, 512] -> [128, 256, 512, 1024]',
        'frozen_stages: 1 -> -1',
        'written: retinanet_r18_fpn_1x_coco_res2net_light_14w_4s.py',
    ):
        assert said in done.stdout
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
def test_what_is_refused_is_one_error_and_nothing_is_written(tmp_path):
    done = run('mmdet::detectors/htc_r50-sac_1x_coco.py', 'res2net50', cwd=tmp_path)
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1
    assert 'DetectoRS' in errors[0]
    assert 'Traceback' not in done.stderr
    assert not list(tmp_path.iterdir())
