"""The images that a file is checked on."""

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from res2net_mm.deploy.export.check_images import find_images, normalised, with_a_batch
from res2net_mm.errors import UserError


@pytest.fixture
def folder(tmp_path):
    for i in range(3):
        cv2.imwrite(str(tmp_path / f'{i}.png'), np.full((4, 6, 3), (10, 20, 30), np.uint8))
    (tmp_path / 'notes.txt').write_text('no image')
    return tmp_path


def test_the_first_images_of_what_is_given(folder):
    assert find_images(None, [folder], 2) == [folder / '0.png', folder / '1.png']
    assert find_images(None, [folder / '2.png'], 2) == [folder / '2.png']


def test_photographs_where_the_config_has_no_data():
    assert [file.name for file in find_images(Config(), (), 1)] == ['astronaut.png']


def test_the_parameter_is_named(folder):
    with pytest.raises(UserError, match=r"^calibration='.*gone' is neither an image nor"):
        find_images(None, [folder / 'gone'], 1, name='calibration')
    with pytest.raises(UserError, match=r'^images=.*notes\.txt. cannot be read as an image'):
        find_images(None, [folder / 'notes.txt'], 1)


def test_images_of_a_backbone_are_normalised(folder):
    image = normalised(folder / '0.png', (10, 20, 30), (1, 2, 3), to_rgb=True)
    assert image.shape == (1, 3, 4, 6)
    np.testing.assert_allclose(image[0, :, 0, 0], [20, 0, -20 / 3], rtol=1e-6)
    assert [batch.shape[0] for batch in with_a_batch([image])] == [1, 2]
