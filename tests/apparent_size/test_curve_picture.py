import cv2
import numpy as np
import pytest
from made_curves import make_curves

from res2net_mm.apparent_size.curve_picture import draw_curves


@pytest.mark.parametrize('models', [1, 2])
def test_every_model_is_drawn_and_named(models, tmp_path):
    curves, detectors, _ = make_curves(models, tmp_path)
    figure = draw_curves(curves, detectors, 'bbox')
    for index in range(models):
        assert f'net {index} (flat 32 to 64 px)' in figure.svg
    for title in ('small', 'medium', 'large', 'all'):
        assert f'>{title}<' in figure.svg
    picture = cv2.imdecode(np.frombuffer(figure.png, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[0] > picture.shape[1] > 800
    assert picture.std() > 10
