"""Every drawn set is whole or not there, drawn once, and never in the place of something else."""

import cv2
import pytest
from folders import write_image

from res2net_mm.data.demo.demo_set import draw_demo_set
from res2net_mm.data.demo.object_set import draw_object_set
from res2net_mm.errors import UserError


@pytest.fixture(params=[draw_demo_set, draw_object_set])
def draw(request):
    return request.param


def everything(root):
    return {file.relative_to(root): file.read_bytes() for file in root.rglob('*') if file.is_file()}


def test_complete_is_reused_incomplete_is_redrawn(draw, tmp_path):
    root = draw(tmp_path / 'demo', train_images=2, val_images=1)
    before = {file: file.stat().st_mtime_ns for file in root.rglob('*')}
    draw(root, train_images=2, val_images=1)
    assert {file: file.stat().st_mtime_ns for file in root.rglob('*')} == before

    complete = everything(root)
    next(root.glob('val*/**/*.png')).unlink()
    draw(root, train_images=2, val_images=1)
    assert everything(root) == complete
    draw(root, train_images=1, val_images=1)
    assert len(list(root.glob('train*/**/*.png'))) == 1


def test_a_failure_leaves_nothing(draw, tmp_path, monkeypatch):
    monkeypatch.setattr(cv2, 'imwrite', lambda *_: False)
    with pytest.raises(OSError, match='could not write'):
        draw(tmp_path / 'demo', train_images=1, val_images=1)
    assert not list(tmp_path.iterdir())


def test_somebody_elses_folder_is_left_alone(draw, tmp_path):
    write_image(tmp_path / 'mine/a.jpg')
    with pytest.raises(UserError, match='not a demo set'):
        draw(tmp_path / 'mine', train_images=1, val_images=1)
    assert (tmp_path / 'mine/a.jpg').is_file()


@pytest.mark.parametrize('bad', [{'train_images': 0}, {'val_images': -1}, {'seed': -1}])
def test_bad_numbers(draw, bad, tmp_path):
    with pytest.raises(UserError, match=next(iter(bad))):
        draw(tmp_path / 'demo', **bad)
    assert not list(tmp_path.iterdir())
