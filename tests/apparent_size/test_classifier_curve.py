"""A classifier's curve: the same images at several sizes, scored as each size by itself."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS

from res2net_mm.apparent_size import measure_size_curve
from res2net_mm.apparent_size.classifier_curve import OnCanvas
from res2net_mm.errors import UserError
from res2net_mm.evaluation.classification.classified_images import read_classified
from res2net_mm.report.compare import compare_runs

CLASSES = tuple('abcdef')
MEAN = [100.0, 110.0, 120.0]  # of red, green, blue


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Return the config and two checkpoints of small random classifiers, with their test images."""
    root = tmp_path_factory.mktemp('curve')
    random = np.random.default_rng(0)
    for i in range(12):
        path = root / 'val' / CLASSES[i % 6] / f'{i}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), random.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    light = dict(stage_blocks=(1, 1, 1, 1), base_channels=32, base_width=14)
    model = dict(
        type='ImageClassifier',
        backbone=dict(type='res2net_mm.Res2Net', out_indices=(3,), **light),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=len(CLASSES), in_channels=1024),
    )
    dataset = dict(
        type='CustomDataset',
        data_root=str(root),
        data_prefix='val',
        metainfo=dict(classes=CLASSES),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='PackInputs')],
    )
    loader = dict(
        batch_size=5,
        num_workers=0,
        dataset=dataset,
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    cfg = Config(
        dict(
            model=model,
            data_preprocessor=dict(mean=MEAN, std=[50.0] * 3, to_rgb=True),
            test_dataloader=loader,
            default_scope='mmpretrain',
        )
    )
    cfg.dump(root / 'config.py')
    for seed in range(2):
        torch.manual_seed(seed)
        network = MODELS.build(dict(model, _scope_='mmpretrain'))
        network.init_weights()
        torch.nn.init.normal_(network.head.fc.weight, std=0.5)
        torch.save(dict(state_dict=network.state_dict(), meta={}), root / f'{seed}.pth')
    return root, network.eval()


def test_the_canvas_keeps_the_size_and_has_the_mean_colour():
    image = np.full((40, 60, 3), 255, np.uint8)
    laid = OnCanvas(0.5, (1.2, 2.0, 3.0))(dict(img=image, other=1))
    assert laid['other'] == 1
    assert laid['img'].shape == image.shape
    assert (laid['img'][10:30, 15:45] == 255).all()
    laid['img'][10:30, 15:45] = (1, 2, 3)
    assert (laid['img'] == (1, 2, 3)).all()
    assert (OnCanvas(1, (0, 0, 0))(dict(img=image))['img'] == image).all()


def test_scores_are_those_of_shrunk_images(files, tmp_path):
    root, network = files
    models = [root / 'config.py', root / '0.pth', root / 'config.py', root / '1.pth']
    measure_size_curve(
        models, out=tmp_path, names=['a', 'b'], zooms=[0.5, 1], bootstrap=20, progress=False,
        say=lambda text: None,
    )  # fmt: skip
    found = read_classified(tmp_path / 'b')
    assert sorted(set(found.size)) == [32, 64]
    for row, rank, size in zip(found.images, found.rank, found.size, strict=True):
        image = cv2.imread(row.partition('@')[0]).astype(np.float32)
        canvas = np.empty_like(image)
        canvas[:] = MEAN[::-1]
        side, edge = int(size), (64 - int(size)) // 2
        small = image.reshape(side, 64 // side, side, 64 // side, 3).mean((1, 3)).round()
        canvas[edge : edge + side, edge : edge + side] = small
        pixels = torch.from_numpy((canvas[..., ::-1] - MEAN) / 50).permute(2, 0, 1)[None].float()
        with torch.no_grad():
            scores = network(pixels)[0]
        truth = CLASSES.index(row.split('/')[-2])
        assert rank == int((scores > scores[truth]).sum())
    content = json.loads((tmp_path / 'size_curve.json').read_text())
    for column in content['b']['scores'][:-1]:
        held = found.size == sum(column['limits']) / 2
        assert column['top-1'] == pytest.approx((found.rank[held] == 0).mean())
        assert column['images'] == 12
    assert cv2.imread(str(tmp_path / 'size_curve.png')) is not None
    report = compare_runs(
        [tmp_path / 'a', tmp_path / 'b'], tmp_path / 'report.html', bootstrap=20, progress=False,
        say=lambda text: None,
    )  # fmt: skip
    assert [card.change.endswith('top-1') for card in report.sections[0].verdicts[0].cards]


@pytest.mark.parametrize('zooms', [[2.0], [0.0], []])
def test_sizes_beyond_the_canvas_are_refused(files, tmp_path, zooms):
    root, _ = files
    with pytest.raises(UserError, match='above 0 and at most 1'):
        measure_size_curve([root / 'config.py', root / '0.pth'], out=tmp_path, zooms=zooms)
