"""The tool on every kind of model: weights are random ones, since only the way is tested."""

import json

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODELS, TRANSFORMS, init_default_scope
from mmengine.structures import BaseDataElement
from shipped_configs import LIGHT, LIGHT_SEGMENTER
from tool_process import one_error, run

from res2net_mm.errors import UserError
from res2net_mm.interpretability.class_activation import draw_class_activation
from res2net_mm.openmmlab.pretrained import drop_pretrained

QUIET = dict(progress=False, say=lambda text: None)
SHORT = dict(rf_size=64, rf_draws=1)


@pytest.fixture(scope='module')
def checkpoints(tmp_path_factory):
    """Save a checkpoint of a config with random weights, once for each config."""
    folder, made = tmp_path_factory.mktemp('weights'), {}

    def checkpoint(cfg):
        name = cfg.model.type + cfg.model.get('backbone', {}).get('type', '')
        if name not in made:
            torch.manual_seed(0)
            init_default_scope(cfg.default_scope)
            drop_pretrained(cfg)
            model = MODELS.build(cfg.model)
            made[name] = folder / f'{len(made)}.pth'
            torch.save(dict(state_dict=model.state_dict()), made[name])
        return made[name]

    return checkpoint


@pytest.fixture(scope='module')
def image(coco_folder):
    return next(iter(sorted((coco_folder / 'val2017').iterdir())))


def retinanet():
    cfg = Config.fromfile(LIGHT)
    cfg.model.pop('roi_head')
    head = Config.fromfile(LIGHT.parent / 'retinanet_r50_fpn.py').model
    cfg.model.update(type='RetinaNet', bbox_head=head.bbox_head, test_cfg=head.test_cfg)
    cfg.model.pop('rpn_head')
    cfg.model.train_cfg = head.train_cfg
    cfg.model.bbox_head.update(num_classes=5, in_channels=64, feat_channels=64)
    cfg.model.bbox_head.anchor_generator.strides = [8, 16, 32, 64]
    cfg.model.test_cfg.score_thr = 0
    return cfg


def two_stages():
    cfg = Config.fromfile(LIGHT)
    cfg.model.test_cfg.rcnn.score_thr = 0
    return cfg


def segmenter():
    return Config.fromfile(LIGHT_SEGMENTER)


@MODELS.register_module(force=True)
class SmallClassifier(BaseModel):
    """A classifier that predicts as MMPretrain's do."""

    def __init__(self, backbone, data_preprocessor=None):
        super().__init__(data_preprocessor)
        self.backbone = MODELS.build(backbone)
        self.fc = torch.nn.Linear(1024, 3)

    def forward(self, inputs, data_samples, mode):
        scores = self.fc(self.backbone(inputs)[-1].mean((2, 3))).softmax(1)
        for sample, score in zip(data_samples, scores, strict=True):
            sample.set_field(score, 'pred_score')
        return data_samples


@TRANSFORMS.register_module(force=True)
class PackForClassifier:
    def __call__(self, item):
        pixels = cv2.imread(item['img_path']).transpose(2, 0, 1)
        return dict(inputs=torch.from_numpy(pixels), data_samples=BaseDataElement())


def classifier():
    return Config(
        dict(
            default_scope='mmengine',
            model=dict(
                type='SmallClassifier',
                data_preprocessor=dict(
                    type='ImgDataPreprocessor', mean=[128.0] * 3, std=[50.0] * 3
                ),
                backbone=dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s'),
            ),
            test_dataloader=dict(
                dataset=dict(
                    type='BaseDataset',
                    metainfo=dict(classes=('a', 'b', 'c')),
                    pipeline=[dict(type='PackForClassifier')],
                )
            ),
        )
    )


@pytest.mark.parametrize(
    'make',
    [
        two_stages,
        segmenter,
        pytest.param(retinanet, marks=pytest.mark.slow),
        pytest.param(classifier, marks=pytest.mark.slow),
    ],
)
def test_every_kind_of_model(make, checkpoints, image, tmp_path):
    out = tmp_path / 'seen.png'
    said = []
    written = draw_class_activation(
        make(),
        checkpoints(make()),
        image,
        out=out,
        score_threshold=0,
        stages=[2, 4],
        **SHORT,
        progress=False,
        say=said.append,
    )
    assert [path.name for path in written] == [
        'seen.png',
        'seen.json',
        'seen_receptive_field.png',
        'seen_receptive_field.json',
    ]
    for path in written[::2]:
        assert cv2.imread(str(path)).shape[1] > 600
    maps = json.loads(written[1].read_text())['maps']
    splits = [name for name in maps if 'split' in name]
    assert len(splits) == 8
    assert any(maps[name]['sum'] > 0 for name in splits)
    assert sum(maps[f'stage 4, split {i}'].get('share', 0) for i in range(1, 5)) == pytest.approx(1)
    fields = json.loads(written[3].read_text())
    assert len(fields) == 4 * 5
    assert 'stage 4, split 3' in '\n'.join(said)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_backbone_without_splits_is_shown_by_stage(checkpoints, image, tmp_path):
    cfg = two_stages()
    cfg.model.backbone = dict(type='mmdet.ResNet', depth=50, out_indices=(1, 2, 3))
    cfg.model.neck.in_channels = [512, 1024, 2048]
    said = []
    written = draw_class_activation(
        cfg.copy(),
        checkpoints(cfg.copy()),
        image,
        out=tmp_path / 'seen.png',
        score_threshold=0,
        stages=[4],
        method='grad-cam',
        receptive_fields=False,
        progress=False,
        say=said.append,
    )
    assert list(json.loads(written[1].read_text())['maps']) == ['stage 4']
    assert any('splits exist only in Res2Net blocks' in line for line in said)
    with pytest.raises(UserError, match='is of another model than the config'):
        draw_class_activation(two_stages(), checkpoints(cfg.copy()), image, out='x.png', **QUIET)
    with pytest.raises(UserError, match='is of another model than the config'):
        draw_class_activation(cfg, checkpoints(two_stages()), image, out='x.png', **QUIET)


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        (dict(target='cow'), "'cow' is unknown; allowed: disc, square"),
        (dict(score_threshold=0.999), 'no predicted box reaches the score 0.999'),
        (dict(stages=[5]), 'stage 5 is out of range: the backbone has 1 to 4'),
        (dict(out='nowhere/x.png'), 'must be a .png file in a folder that exists'),
        (dict(method='cam'), "method 'cam' is unknown; allowed: grad-cam, hires-cam, eigen-cam"),
    ],
)
def test_a_wrong_value_is_one_error(options, reason, checkpoints, image, tmp_path):
    arguments = dict(out=tmp_path / 'x.png') | options
    with pytest.raises(UserError, match=reason):
        draw_class_activation(two_stages(), checkpoints(two_stages()), image, **arguments, **QUIET)
    assert not list(tmp_path.iterdir())


def test_the_tool_names_an_image_that_cannot_be_read(tmp_path):
    image = tmp_path / 'no.png'
    image.write_text('no image')
    assert f'image {image} ' in one_error(run('cam.py', LIGHT, 'x.pth', image, cwd=tmp_path))
