"""The demo draws its data where the config reads them, trains, tests, and says where all is."""

import sys

import pytest
from shipped_configs import LIGHT, ROOT

from res2net_mm.engine import demo
from res2net_mm.errors import UserError


@pytest.mark.parametrize(
    ('config', 'drawn'),
    [(LIGHT, 'annotations'), (ROOT / 'configs/r2n_light_demo.py', 'val/plain_disc')],
)
def test_the_order_and_what_is_said(tmp_path, monkeypatch, capsys, config, drawn):
    monkeypatch.chdir(tmp_path)
    work_dir = tmp_path / 'run'

    def train(cfg):
        assert (tmp_path / cfg.data_root / drawn).is_dir()
        work_dir.mkdir()
        (work_dir / 'last_checkpoint').write_text(str(work_dir / 'epoch_1.pth'))

    module = sys.modules[demo.__module__]  # its name in the package is the function's
    monkeypatch.setattr(module, 'train', train)
    monkeypatch.setattr(module, 'evaluate', lambda cfg, checkpoint: dict(tested=str(checkpoint)))
    assert demo(config, work_dir=work_dir) == dict(tested=str(work_dir / 'epoch_1.pth'))
    said = capsys.readouterr().out
    assert f'pictures of its predictions in {work_dir / "predictions.png"}' in said
    assert 'as JSON' not in said  # no table was written


def test_a_config_without_a_place_for_the_data(tmp_path):
    (tmp_path / 'config.py').write_text('model = dict()')
    with pytest.raises(UserError, match='no data_root'):
        demo(tmp_path / 'config.py')
