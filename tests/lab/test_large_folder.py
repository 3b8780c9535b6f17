"""The folder is as large as asked, clean, and measured in every layout."""

import pytest

from lab.large_folder import draw_folder, measure_large_folder
from res2net_mm.data import recognise
from res2net_mm.errors import UserError


def test_the_folder_is_as_large_as_asked(tmp_path):
    draw_folder(tmp_path / 'set', 100, 500, 3)
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    assert {n: s.images for n, s in folder.own_splits.items()} == {'train': 96, 'val': 4}
    assert sum(s.boxes + s.ignored for s in folder.own_splits.values()) == 500
    image = tmp_path / 'set/train2017/000000000070.jpg'
    assert image.samefile(image.with_name('000000000006.jpg'))


@pytest.mark.slow
@pytest.mark.parametrize('layout', ['coco', 'voc', 'yolo'])
def test_reading_and_checking_are_measured(layout, tmp_path):
    said = []
    costs = measure_large_folder(
        images=50, boxes=300, classes=4, layout=layout, folder=str(tmp_path), say=said.append
    )
    assert list(costs) == ['start of a training', 'full check']
    assert all(min(cost.seconds, cost.cpu, cost.gib) > 0 for cost in costs.values())
    assert said[0].startswith(f'{layout}: 50 images, 300 boxes of 4 classes')
    assert not list(tmp_path.iterdir())


def test_too_few_images_are_refused():
    with pytest.raises(UserError, match='images=5 must be 48 or more'):
        measure_large_folder(images=5)
