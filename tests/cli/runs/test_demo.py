"""What `demo` gives to the library: a config that the package ships."""

import pytest

from res2net_mm.openmmlab.config import load_config


@pytest.mark.parametrize(
    ('arguments', 'config'),
    [
        ('', 'faster_rcnn_r2n_light_fpn_demo'),
        ('--segmentation', 'deeplabv3plus_r2n_light_demo'),
        ('--config faster_rcnn_r2n_light_hfpn_demo', 'faster_rcnn_r2n_light_hfpn_demo'),
    ],
)
def test_the_config_is_found_from_any_folder(arguments, config, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = call('res2net_mm.engine.demo', f'demo {arguments} --work-dir w')
    assert given == dict(config=config, work_dir='w')
    assert load_config(config).data_root
