"""The command on a preset."""

import json

import cv2
import pytest

from res2net_mm.errors import UserError
from res2net_mm.interpretability.receptive_fields import draw_preset_receptive_fields


def test_a_preset_with_random_weights(tmp_path):
    said = []
    written = draw_preset_receptive_fields(
        'res2net_light_14w_4s',
        weights='random',
        out=tmp_path / 'x.png',
        size=64,
        draws=1,
        progress=False,
        say=said.append,
    )
    assert written == [tmp_path / 'x.png', tmp_path / 'x.json']
    assert cv2.imread(str(written[0])).shape[1] > 600
    fields = json.loads(written[1].read_text())
    assert set(fields['stage 4, split 4']) == {'theoretical', 'measured', 'cut'}
    assert len(fields) == 4 * 5
    assert said[0].startswith('receptive field, side in px')
    assert said[1] == f'written: {written[0]}, {written[1]}'


@pytest.mark.parametrize('out', ['gone/x.png', 'x.jpg'])
def test_what_is_no_picture_is_refused(out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=f"^out='{out}' must be a .png file in a folder"):
        draw_preset_receptive_fields('res2net_light_14w_4s', weights='random', out=out)
