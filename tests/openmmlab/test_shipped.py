"""Configs that toolboxes ship, and how a file inherits one."""

from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.shipped import (
    base_lines,
    import_lines,
    is_new_style,
    shipped_file,
    shipped_folder,
    shipped_name,
)

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
