"""The page opened in a browser without a network: its answers are those of Python."""

import base64
import gzip
import re

import cv2
import numpy as np
import pytest
import torch
from drawn_models import DETECTOR, SEGMENTER, write_onnx
from mmengine.registry import MODELS, DefaultScope
from spread_norms import spread_norms

from res2net_mm.deploy.export.export_model import export_model
from res2net_mm.deploy.export.files import open_exported
from res2net_mm.deploy.web import demo_page
from res2net_mm.deploy.web.demo_page import write_demo_page
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.whole_file import write_json_file

SIZES = {'larger': (150, 201), 'smaller': (40, 61), 'as it is': (75, 100)}


@pytest.fixture
def page(tmp_path, engine):
    def write(metadata, **options):
        return write_demo_page(write_onnx(tmp_path / 'model.onnx', metadata), **options)

    return write


def noise(height, width):
    small = np.random.default_rng(1).integers(0, 256, (height // 4, width // 4, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def answers(model, picture):
    """Return the boxes in px of the picture, scores and labels of an exported detector."""
    exported = open_exported(model)
    height, width = picture.shape[:2]
    long, short = exported.metadata['resize']['scale']
    factor = min(long / max(height, width), short / min(height, width))
    size = int(width * factor + 0.5), int(height * factor + 0.5)
    image = cv2.resize(picture, size).transpose(2, 0, 1)[None].astype(np.float32)
    found = {name: array[0] for name, array in exported(image).items()}
    used = found['labels'] >= 0
    scale = np.tile([size[0] / width, size[1] / height], 2)
    return found['boxes'][used] / scale, found['scores'][used], found['labels'][used].tolist()


def assert_equal(found, expected):
    boxes, scores, labels = expected
    np.testing.assert_allclose([f['box'] for f in found], boxes, rtol=0, atol=1e-3)
    np.testing.assert_allclose([f['score'] for f in found], scores, rtol=0, atol=1e-5)
    assert [f['label'] for f in found] == labels


@pytest.mark.parametrize('mobile', [False, True], ids=['desktop', 'phone'])
def test_boxes_are_those_of_python(page, opened, tmp_path, mobile):
    written = page(DETECTOR)
    browser = opened(written, mobile=mobile)
    for name, size in SIZES.items():
        for suffix in ('.png', '.jpg'):
            file = tmp_path / f'{name}{suffix}'
            cv2.imwrite(str(file), noise(*size))
            browser.choose_file(file)
            assert browser.wait('done', 'error') == 'done', browser.run('document.body.innerText')
            expected = answers(tmp_path / 'model.onnx', cv2.imread(str(file)))
            assert expected[2] == [1, 0, 1]
            assert_equal(browser.run('res2net.found.boxes'), expected)
    assert [url for url in browser.requests if not url.startswith('blob:')] == [written.as_uri()]
    assert browser.messages == []
    width = browser.run('document.documentElement.scrollWidth')
    assert width <= (390 if mobile else 1200)  # nothing to scroll sideways to
    shot = cv2.imread(str(browser.screenshot(tmp_path / 'shot.png')))
    assert len(np.unique(shot.reshape(-1, 3), axis=0)) > 100  # the picture is drawn


def test_sliders_choose_by_score_and_size(page, opened, tmp_path):
    browser = opened(page(DETECTOR))
    cv2.imwrite(str(file := tmp_path / 'x.png'), noise(75, 100))
    browser.choose_file(file)
    browser.wait('done')
    boxes = [f['box'] for f in browser.run('res2net.found.boxes')]
    sides = [(max(x2 - x1, 0) * max(y2 - y1, 0)) ** 0.5 for x1, y1, x2, y2 in boxes]

    def shown(**values):
        for name, value in values.items():
            browser.run(
                f'{{const e = document.getElementById("{name}"); e.value = {value};'
                'e.dispatchEvent(new Event("input"))}'
            )
        return int(browser.run('document.getElementById("found").rows[1].cells[4].textContent'))

    assert shown() == 2  # of score 0.3 and more
    assert shown(score=0.15, smallest=0, largest=11) == 3
    assert shown(score=0.95) == 0
    assert shown(score=0, smallest=4) == sum(side >= 16 for side in sides)
    assert shown(smallest=0, largest=4) == sum(side <= 16 for side in sides)


def test_a_picture_turned_by_exif_is_turned(page, opened, tmp_path):
    from PIL import Image

    browser = opened(page(DETECTOR))
    picture = Image.fromarray(noise(60, 88)[..., ::-1])
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(file := tmp_path / 'x.jpg', exif=exif, quality=95)
    browser.choose_file(file)
    assert browser.wait('done', 'error') == 'done'
    turned = cv2.imread(str(file))
    assert turned.shape[:2] == (88, 60)
    assert_equal(browser.run('res2net.found.boxes'), answers(tmp_path / 'model.onnx', turned))


def test_labels_are_those_of_python(page, opened, tmp_path):
    browser = opened(page(SEGMENTER))
    cv2.imwrite(str(file := tmp_path / 'x.png'), picture := noise(40, 60))
    browser.choose_file(file)
    assert browser.wait('done', 'error') == 'done', browser.run('document.body.innerText')
    found = browser.run('Array.from(res2net.found.labels)')
    assert found == (picture.sum(axis=2) > 300).ravel().tolist()
    (share,) = re.findall(r'sky: ([\d.]+) %', browser.run('document.body.innerText'))
    assert float(share) == pytest.approx(100 * np.mean(found), abs=0.051)
    assert browser.run('document.getElementById("sliders").hidden')


def test_what_is_no_picture_is_refused_and_the_page_goes_on(page, opened, tmp_path):
    browser = opened(page(DETECTOR))
    (file := tmp_path / 'x.png').write_bytes(b'garbage')
    browser.choose_file(file)
    assert browser.wait('done', 'error') == 'error'
    assert 'not a picture' in browser.run('document.getElementById("status").textContent')
    cv2.imwrite(str(good := tmp_path / 'good.png'), noise(40, 60))
    browser.choose_file(good)
    assert browser.wait('done', 'error') == 'done'


def test_scores_by_size_stand_beside_the_picture(page, opened, tmp_path):
    columns = [
        dict(bin='small', limits=[0, 9], by='area', boxes=3, AP=None, AR={'1': 0.1, '100': 0.25}),
        dict(bin='all', limits=[0, None], by='area', boxes=13, AP=0.5, AR={'1': 0.2, '100': 1.0}),
    ]
    write_json_file(dict(bbox=dict(scores=columns)), tmp_path / 'run' / 'ap_by_size.json')
    browser = opened(page(DETECTOR, results=tmp_path / 'run', title='Cats & <dogs>'))
    rows = '[...document.querySelectorAll("#scores tr")]'
    cells = browser.run(f'{rows}.map(row => [...row.cells].map(cell => cell.textContent))')
    assert cells == [
        ['size', 'small', 'all'],
        ['boxes', '3', '13'],
        ['AP', '-', '50.0'],
        ['AR', '25.0', '100.0'],
    ]
    assert browser.run('document.querySelector("h1").textContent') == 'Cats & <dogs>'
    assert browser.run('JSON.parse(document.getElementById("data").textContent).classes') == [
        '</script>',
        '猫',
    ]


@pytest.mark.slow
def test_a_detector_that_was_exported(opened, tmp_path, engine):
    """Boxes of the whole demo network, with random weights, equal those of ONNX Runtime."""
    torch.manual_seed(0)
    cfg = load_config('faster_rcnn_r2n_light_fpn_demo')
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(cfg.model)
    spread_norms(model)
    torch.save(model.state_dict(), tmp_path / 'random.pth')
    cv2.imwrite(str(tmp_path / 'x.png'), noise(160, 200))
    options = dict(out=tmp_path / 'm.onnx', images=[tmp_path / 'x.png'])
    (file, *_) = export_model(cfg, tmp_path / 'random.pth', **options)
    browser = opened(write_demo_page(file))
    browser.choose_file(tmp_path / 'x.png')
    assert browser.wait('done', 'error') == 'done'
    expected = answers(file, cv2.imread(str(tmp_path / 'x.png')))
    assert len(expected[2]) > 20
    assert_equal(browser.run('res2net.found.boxes'), expected)


@pytest.fixture
def no_engine(monkeypatch):
    monkeypatch.setattr(demo_page, 'web_engine', lambda _: (b'script', b'binary'))


def test_a_page_holds_all_it_needs(tmp_path, no_engine):
    model = write_onnx(tmp_path / 'm.onnx', DETECTOR)
    page = write_demo_page(model)
    assert page == tmp_path / 'm.html'
    text = page.read_text()
    packed = re.findall(r'type="text/plain">(.*?)</script>', text)
    contents = [gzip.decompress(base64.b64decode(part)) for part in packed]
    assert contents == [b'script', b'binary', model.read_bytes()]
    assert not re.search(r'(src|href)="?https?:', text)


@pytest.mark.parametrize(
    ('name', 'options', 'message'),
    [
        ('m.xml', {}, 'does not run in a browser: export it with `--to onnx`'),
        ('none.onnx', {}, r'none\.onnx does not exist'),
        ('bad.onnx', {}, 'is not a file that `res2net-mm export` wrote'),
        ('maps.onnx', {}, 'task of the model.*detection, segmentation'),
        ('m.onnx', dict(out='page.txt'), r"out='page.txt' must end in \.html"),
        ('m.onnx', dict(results='nowhere'), 'the file does not exist'),
        ('m.onnx', dict(results='.'), r'ap_by_size\.json or iou_by_size\.json does not exist'),
        ('m.onnx', dict(results='other.json'), 'is not what an evaluation'),
    ],
)
def test_bad_input_is_one_error(tmp_path, no_engine, monkeypatch, name, options, message):
    monkeypatch.chdir(tmp_path)
    write_onnx(tmp_path / 'm.onnx', DETECTOR)
    write_onnx(tmp_path / 'maps.onnx', DETECTOR | dict(task='features'))
    (tmp_path / 'bad.onnx').write_bytes(b'garbage')
    (tmp_path / 'other.json').write_text('[1]')
    with pytest.raises(UserError, match=message):
        write_demo_page(tmp_path / name, **options)
    assert not list(tmp_path.glob('*.html'))
