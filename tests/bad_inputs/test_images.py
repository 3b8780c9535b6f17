"""Images that cannot be used, in a folder to train on and where one is explained."""

import cv2
import numpy as np
import pytest
import torch
from folders import coco_content, write_json
from PIL import Image
from test_label_map_folders import png

CONFIG = """
model = dict(type='mmdet.RetinaNet')
test_dataloader = dict(dataset=dict(type='Drawn', pipeline=[]))
"""
PIXELS = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
JPG, PNG = (cv2.imencode(suffix, PIXELS)[1].tobytes() for suffix in ('.jpg', '.png'))
# What the file holds; words of the message.
IMAGES = {
    'empty': (b'', 'a.jpg'),
    'one byte': (b'\xff', 'a.jpg'),
    'text': (b'a cat', 'a.jpg'),
    'a page': (b'<!DOCTYPE html><html></html>', 'a.jpg'),
    'git-lfs pointer': (b'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'a.jpg'),
    'zeros': (bytes(5000), 'a.jpg'),
    'head of a JPEG alone': (JPG[:20], 'a.jpg'),
    'head of a PNG alone': (PNG[:20], 'a.jpg'),
    'without size': (png(0, 0), 'a.jpg'),
    'far too large': (png(400_000, 400_000), 'a.jpg'),
    'a video': (b'\0\0\0 ftypisom' + bytes(100), 'a.jpg'),
    'SVG': (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.jpg'),
    'PDF': (b'%PDF-1.7\n', 'a.jpg'),
}
# What is read of these says nothing; decoding them does.
DAMAGED = {
    'JPEG cut short': (JPG[: len(JPG) // 2], 'a.jpg'),
    'PNG cut short': (PNG[: len(PNG) // 2], 'a.jpg'),
    'PNG with a byte changed': (PNG[:2000] + b'\0\0\0' + PNG[2003:], 'a.jpg'),
    'of another size': (cv2.imencode('.jpg', PIXELS[:50])[1].tobytes(), 'another size'),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr('res2net_mm.data.checks.check_data.draw_boxes', lambda *_: 'no picture')
    root = tmp_path / 'data'
    (root / 'images').mkdir(parents=True)
    for i, name in enumerate('abcdef'):
        pixels = np.random.default_rng(i + 1).integers(0, 255, (60, 80, 3), np.uint8)
        cv2.imwrite(str(root / f'images/{name}.jpg'), pixels)
    content = coco_content([f'{name}.jpg' for name in 'abcdef'])
    write_json(root / 'annotations/instances_all.json', content)
    (tmp_path / 'config.py').write_text(CONFIG)
    torch.save({'a': torch.ones(2)}, tmp_path / 'weights.pth')
    return root


@pytest.mark.parametrize('what', [*IMAGES, *DAMAGED])
def test_an_image_that_is_wrong_is_found(what, folder, refused):
    content, says = (IMAGES | DAMAGED)[what]
    (folder / 'images/a.jpg').write_bytes(content)
    refused('check_data', 'data', says=says)


@pytest.mark.parametrize('what', IMAGES)
def test_an_image_that_is_none_is_not_explained(what, folder, refused):
    content, says = IMAGES[what]
    (folder / 'images/a.jpg').write_bytes(content)
    refused('cam', 'config.py', 'weights.pth', 'data/images/a.jpg', says=says)


def test_an_image_that_exif_turns_is_found(folder, refused):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(PIXELS).save(folder / 'images/a.jpg', exif=exif)
    refused('check_data', 'data', says=('EXIF', 'a.jpg'))


@pytest.mark.parametrize('name', ['gone.jpg', 'data', '', 'a\0b.jpg', '\ud800.jpg', 'x' * 300])
def test_a_name_of_no_image(name, folder, refused):
    refused('cam', 'config.py', 'weights.pth', name, says='image')
