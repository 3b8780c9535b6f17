"""A classifier's answers: the classes that score highest in a JSON, a CSV and on the picture."""

import csv
import json

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS

from res2net_mm.errors import UserError
from res2net_mm.prediction import Predictor, predict
from res2net_mm.prediction.answers import NAMED

CLASSES = tuple('abcdefg')
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """Return a config, the checkpoint of a small random classifier, and a folder of images."""
    root = tmp_path_factory.mktemp('classifier')
    light = dict(stage_blocks=(1, 1, 1, 1), base_channels=32, base_width=14)
    backbone = dict(type='res2net_mm.Res2Net', out_indices=(3,), **light)
    model = dict(
        type='ImageClassifier',
        backbone=backbone,
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=len(CLASSES), in_channels=1024),
    )
    pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
    dataset = dict(type='CustomDataset', metainfo=dict(classes=CLASSES), pipeline=pipeline)
    cfg = Config(
        dict(
            model=model,
            data_preprocessor=dict(mean=MEAN, std=STD, to_rgb=True),
            test_dataloader=dict(dataset=dataset),
            default_scope='mmpretrain',
        )
    )
    cfg.dump(root / 'config.py')
    torch.manual_seed(0)
    network = MODELS.build(dict(model, _scope_='mmpretrain'))
    network.init_weights()
    torch.nn.init.normal_(network.head.fc.weight, std=0.5)
    torch.save(dict(state_dict=network.state_dict(), meta={}), root / 'weights.pth')
    random = np.random.default_rng(0)
    for name in ('x/1.png', 'y/1.png', 'y/2.png'):
        path = root / 'images' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), random.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    return root, network.eval()


def scores_by_hand(root, network, name):
    image = cv2.imread(str(root / 'images' / name))[..., ::-1].astype(np.float32)
    image = torch.from_numpy((image - MEAN) / STD).permute(2, 0, 1)[None].float()
    with torch.no_grad():
        return network(image).softmax(1)[0].numpy()


def test_files_hold_what_the_network_computes(run, tmp_path):
    root, network = run
    counts = predict(
        root / 'weights.pth',
        [root / 'images'],
        config=root / 'config.py',
        out=tmp_path,
        progress=False,
        say=lambda text: None,
    )
    content = json.loads((tmp_path / 'classes.json').read_text())
    assert content['classes'] == list(CLASSES)
    assert [entry['file'] for entry in content['images']] == ['x/1.png', 'y/1.png', 'y/2.png']
    for entry in content['images']:
        scores = scores_by_hand(root, network, entry['file'])
        order = np.argsort(-scores)[:NAMED]
        assert [answer['label'] for answer in entry['classes']] == [CLASSES[i] for i in order]
        found = [answer['score'] for answer in entry['classes']]
        assert found == pytest.approx(scores[order].tolist(), abs=1e-4)
        assert (tmp_path / 'pictures' / entry['file']).is_file()
    with (tmp_path / 'classes.csv').open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row['label_1'] for row in rows] == [e['classes'][0]['label'] for e in content['images']]
    assert sum(count['all'] for count in counts.values()) == 3


def test_chosen_classes_only(run, tmp_path):
    root, _ = run
    said = []
    predict(
        root / 'weights.pth',
        [root / 'images'],
        config=root / 'config.py',
        out=tmp_path,
        classes=['b', 'd'],
        pictures=False,
        progress=False,
        say=said.append,
    )
    content = json.loads((tmp_path / 'classes.json').read_text())
    assert all({a['label'] for a in e['classes']} == {'b', 'd'} for e in content['images'])
    assert 'the class that scores highest, 3 images' in said[-1]
    assert not (tmp_path / 'pictures').exists()


def test_windows_are_for_detectors(run):
    root, _ = run
    with pytest.raises(UserError, match='this is a classifier'):
        Predictor(root / 'weights.pth', root / 'config.py', slice_size=32)


def test_fusing_changes_no_score(run):
    root, network = run
    sample = Predictor(root / 'weights.pth', root / 'config.py')(root / 'images/x/1.png')
    expected = scores_by_hand(root, network, 'x/1.png')
    assert np.allclose(sample.pred_score.numpy(), expected, atol=1e-4)
