"""Configs inherit ours by name, from anywhere, in a process of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

import res2net_mm  # noqa: F401  (which is what makes its names known)

ROOT = Path(__file__).parents[2]

INHERIT = """
_base_ = {base}
model = dict(roi_head=dict(bbox_head=dict(num_classes=3)))
"""
NAME = "'res2net_mm::faster_rcnn_r2n50_fpn.py'"


def run(code, cwd):
    """Run a program outside this repository."""
    return subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code],
        cwd=cwd,
        env={'PYTHONPATH': str(ROOT), 'PATH': ''},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ('imports', 'base'),
    [
        pytest.param('import res2net_mm', NAME, marks=pytest.mark.slow),
        ('', f"__import__('res2net_mm') and {NAME}"),
    ],
    ids=['imported before', 'imported by the name'],
)
def test_a_config_elsewhere_inherits_ours_and_builds(imports, base, tmp_path):
    (tmp_path / 'mine.py').write_text(INHERIT.format(base=base))
    code = f"""
{imports}
import torch
from mmengine.config import Config
from mmengine.registry import METRICS, MODELS, init_default_scope
cfg = Config.fromfile('mine.py')
init_default_scope(cfg.default_scope)
with torch.device('meta'):
    model = MODELS.build(cfg.model)
print(type(model.backbone).__module__, model.roi_head.bbox_head.num_classes)
cfg.val_evaluator.ann_file = None
print(type(METRICS.build(cfg.val_evaluator)).__name__)
"""
    done = run(code, tmp_path)
    assert done.stdout.splitlines()[-2:] == ['res2net_mm.backbones.res2net 3', 'SizeMetric'], (
        done.stderr
    )


def test_the_hub_finds_a_config_and_its_published_weights():
    from mmengine.hub import get_config

    cfg = get_config('res2net_mm::faster_rcnn_r2n101_fpn_2x.py', pretrained=True)
    assert cfg.model_path.endswith('faster_rcnn_r2_101_fpn_2x_coco-175f1da6.pth')


def test_other_packages_names_are_parsed_as_before():
    from mmengine.hub import get_config

    assert get_config('mmdet::retinanet/retinanet_r50_fpn_1x_coco.py').model.type == 'RetinaNet'
    with pytest.raises(ValueError, match='relative config path'):
        get_config('mmdet::retinanet_r50_fpn_1x_coco.py')
