"""Configs inherit ours and those of toolboxes by name, from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

import res2net_mm  # noqa: F401  (which is what makes its names known)
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config_names import (
    base_lines,
    import_lines,
    is_new_style,
    shipped_file,
    shipped_folder,
    shipped_name,
)

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


RETINA = 'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'
GROUP_NORM = 'mmdet::gn+ws/faster-rcnn_r50_fpn_gn-ws-all_1x_coco.py'


@pytest.mark.parametrize('name', [RETINA, GROUP_NORM])
def test_a_name_leads_to_a_file_and_back(name):
    file = shipped_file(name)
    assert file.is_relative_to(shipped_folder('mmdet'))
    assert shipped_name(file) == name
    assert shipped_name(Path('here.py')) is None


@pytest.mark.parametrize('name', ['mmdet::retinanet/none.py', 'nothing::a.py', '..::a.py'])
def test_what_no_toolbox_ships_is_refused(name):
    with pytest.raises(UserError, match=r'ships no config|is not installed'):
        shipped_file(name)


def test_a_shipped_config_is_inherited_by_name_where_mmengine_takes_it(tmp_path):
    assert base_lines(shipped_file(RETINA), tmp_path) == [f'_base_ = {RETINA!r}']
    (line,) = base_lines(shipped_file(GROUP_NORM), tmp_path)
    assert line.startswith("_base_ = '../") or line.startswith("_base_ = '/")


def test_a_pure_python_config_is_imported(tmp_path):
    own = tmp_path / 'own.py'
    own.write_text('from mmengine.config import read_base\n\nwith read_base():\n    pass\n')
    assert is_new_style(own)
    assert not is_new_style(shipped_file(RETINA))
    assert import_lines(own, tmp_path / 'below')[-1] == '    from ..own import *'
    with pytest.raises(UserError, match='no import can spell'):
        import_lines(tmp_path / 'my-own.py', tmp_path)
