import pytest

from res2net_mm.data import draw_demo_set


@pytest.fixture(scope='session')
def coco_folder(tmp_path_factory):
    """A folder in COCO layout, eight images to train on and four to test on."""
    return draw_demo_set(tmp_path_factory.mktemp('coco') / 'set', train_images=8, val_images=4)
