"""Maps of several classifiers side by side, and the share of each on the object."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from PIL import Image
from shipped_configs import ROOT

from res2net_mm.cli.main import main
from res2net_mm.errors import UserError
from res2net_mm.interpretability.side_by_side import draw_side_by_side

SIZE = 96
CLASSES = ('cat', 'dog', 'person')
BACKBONES = dict(
    small_resnet=dict(type='ResNet', depth=18, out_indices=(3,)),
    small_res2net=dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s', out_indices=(3,)),
)


@pytest.fixture(scope='module')
def models(tmp_path_factory):
    """Return config and checkpoint of two small classifiers with random weights."""
    folder = tmp_path_factory.mktemp('models')
    made = []
    for name, backbone in BACKBONES.items():
        cfg = Config.fromfile(ROOT / 'configs/r50_imagenet.py')
        cfg.model.backbone = backbone
        cfg.model.head.update(num_classes=3, in_channels=512 if 'resnet' in name else 1024)
        cfg.test_dataloader.dataset.metainfo = dict(classes=CLASSES)
        for step in cfg.test_dataloader.dataset.pipeline:
            if step['type'] in ('ResizeEdge', 'CenterCrop'):
                key = 'scale' if 'scale' in step else 'crop_size'
                step[key] = 80 if key == 'scale' else 64
        init_default_scope('mmpretrain')
        torch.manual_seed(1)
        state = MODELS.build(cfg.model).state_dict()
        state['head.fc.weight'].abs_()  # so that the maps are not 0
        torch.save(dict(state_dict=state), folder / f'{name}.pth')
        cfg.dump(folder / f'{name}.py')
        made.append((folder / f'{name}.py', folder / f'{name}.pth'))
    return made


@pytest.fixture(scope='module')
def boxes(tmp_path_factory):
    """Return a COCO folder of three images with a small, a medium and a cut-off object."""
    folder = tmp_path_factory.mktemp('boxes')
    rng = np.random.default_rng(0)
    places = [[40, 40, 20, 20], [20, 25, 50, 48], [0, 0, 5, 5]]
    images, annotations = [], []
    for i, box in enumerate(places, start=1):
        image = rng.integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f'{i}.png'), image)
        images.append(dict(id=i, file_name=f'{i}.png', width=SIZE, height=SIZE))
        annotations.append(
            dict(id=i, image_id=i, category_id=1, bbox=box, area=box[2] * box[3], iscrowd=0)
        )
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='dog')])
    (folder / 'annotations.json').write_text(json.dumps(content))
    return folder


def resized(image):
    """Return the middle 64 px of an image at 80 px, resized as the config says."""
    return np.asarray(Image.fromarray(image).resize((80, 80), Image.BILINEAR))[8:72, 8:72]


def literal_grad_cam(config, checkpoint, file):
    """Return Grad-CAM of the class dog at the last stage by its definition, 64 x 64."""
    cfg = Config.fromfile(config)
    model = MODELS.build({**cfg.model, 'data_preprocessor': cfg.data_preprocessor}).eval()
    model.load_state_dict(torch.load(checkpoint)['state_dict'])
    image = cv2.imread(str(file))
    side = resized(image)[..., ::-1]
    mean, std = (np.array(cfg.data_preprocessor[key]) for key in ('mean', 'std'))
    x = torch.tensor((side - mean) / std, dtype=torch.float32).permute(2, 0, 1)[None]
    features = model.backbone(x)[-1].detach().requires_grad_(True)
    model.head((model.neck((features,))[0],))[0, CLASSES.index('dog')].backward()
    weights = features.grad.mean((2, 3))[0]
    return (weights[:, None, None] * features[0]).sum(0).relu().detach().numpy()


def test_the_share_is_that_of_the_definition(models, boxes, tmp_path):
    said = []
    files = draw_side_by_side(
        models, [boxes], boxes=boxes, out=tmp_path / 'cam.png', progress=False, say=said.append
    )
    assert [file.name for file in files] == ['cam.png', 'cam.json']
    content = json.loads(files[1].read_text())
    assert content['models'] == [*BACKBONES]
    first, second, cut = content['images']
    assert (cut['mass'], cut['covered']) == ({}, None)
    for entry, (x, y, w, h) in ((first, (40, 40, 20, 20)), (second, (20, 25, 50, 48))):
        mask = np.zeros((SIZE, SIZE), np.uint8)
        mask[y : y + h, x : x + w] = 255
        mask = resized(mask) > 127
        assert entry['covered'] == pytest.approx(mask.mean())
        for name, model in zip(BACKBONES, models, strict=True):
            full = cv2.resize(literal_grad_cam(*model, entry['file']), (64, 64))
            expected = full[mask].sum() / max(full.sum(), 1e-12)
            assert 0.01 < expected < 0.99, 'a map of zeros shows nothing'
            assert entry['mass'][name] == pytest.approx(expected, rel=1e-4), name
            assert entry['explained'][name].startswith('dog')
    table = said[0].splitlines()
    shares = {row.split()[0]: row.split()[1:] for row in table[3:5]}
    for name in BACKBONES:  # all, small, medium and no large ones
        each = [entry['mass'][name] * 100 for entry in (first, second)]
        assert float(shares[name][0]) == pytest.approx(np.mean(each), abs=0.06)
        assert float(shares[name][1]) == pytest.approx(each[0], abs=0.06)
        assert shares[name][3:] == ['no', 'images']
    assert table[-2].split() == ['images', '3', '2', '1', '0']
    assert 'cuts off: 1' in table[-1]


def test_the_command_takes_images_and_models(models, boxes, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first, second = ([str(part) for part in model] for model in models)
    images = [str(boxes / '1.png'), str(boxes / '2.png')]
    status = main('cam', [*first, *images, '--against', *second, '--out', 'pair.png'])
    assert (status, (tmp_path / 'pair.png').exists()) == (0, True)
    assert 'share' not in capsys.readouterr().out, 'nothing is known of the objects'


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (dict(boxes='x', masks='y'), 'not both'),
        (dict(rows=0), 'rows=0'),
        (dict(method='magic'), 'magic'),
        (dict(target='horse'), "'horse' is unknown"),
    ],
)
def test_what_is_wrong_is_named(models, boxes, options, named, tmp_path):
    with pytest.raises(UserError, match=named):
        draw_side_by_side(
            models[:1], [boxes / '1.png'], out=tmp_path / 'x.png', progress=False, **options
        )


def test_a_folder_needs_boxes(models, boxes):
    with pytest.raises(UserError, match='is a folder'):
        draw_side_by_side(models, [boxes], progress=False)
