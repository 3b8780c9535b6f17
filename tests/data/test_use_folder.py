import pytest
from class_folders import write_classes
from mmengine.config import Config
from shipped_configs import LIGHT, LIGHT_SEGMENTER, MAIN, MAIN_SEGMENTER

from res2net_mm.data.use_folder import use_folder
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.checks import require_datasets


def test_a_folder_takes_the_place_of_the_data(coco_folder, tmp_path):
    cfg = Config.fromfile(MAIN)
    cfg.work_dir = str(tmp_path)
    said = use_folder(cfg, coco_folder)
    assert cfg.model.roi_head.bbox_head.num_classes == 5
    assert 'train' in said
    assert 'num_classes' in said
    require_datasets(cfg, loaders=('train_dataloader', 'val_dataloader'))


@pytest.mark.parametrize(
    ('config', 'options', 'reason'),
    [
        (LIGHT, dict(ignore_index=3), 'this is a detector'),
        (LIGHT, dict(classes=['a']), 'this is a detector'),
        (LIGHT_SEGMENTER, dict(classes=['a', 'b']), 'none of the 2 classes'),
    ],
)
def test_options_that_do_not_fit_are_refused(config, options, reason, coco_folder, tmp_path):
    cfg = Config.fromfile(config)
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match=reason):
        use_folder(cfg, coco_folder, **options)


def test_a_segmenter_takes_masks_and_a_detector_boxes_of_the_same_folder(coco_folder, tmp_path):
    for config, kind in ((LIGHT, 'CocoDataset'), (MAIN_SEGMENTER, 'BaseSegDataset')):
        cfg = Config.fromfile(config)
        cfg.work_dir = str(tmp_path)
        use_folder(cfg, coco_folder)
        assert cfg.train_dataloader.dataset.type.endswith(kind)
    assert cfg.model.decode_head.num_classes == 6
    assert cfg.model.auxiliary_head.num_classes == 6


def test_the_layout_that_is_asked_for_is_read(coco_folder, tmp_path):
    cfg = Config.fromfile(LIGHT)
    cfg.work_dir = str(tmp_path)
    assert ': COCO layout, ' in use_folder(cfg, coco_folder, layout='coco')
    with pytest.raises(UserError, match="not as layout='voc' says"):
        use_folder(cfg, coco_folder, layout='voc')


def test_a_classifier_takes_image_classes(tmp_path):
    write_classes(tmp_path / 'pets')
    dataset = dict(type='ImageNet', pipeline=[dict(type='LoadImageFromFile')])
    loader = dict(dataset=dataset)
    model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=1000))
    cfg = Config(dict(model=model, train_dataloader=loader, val_dataloader=loader))
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match='are for label maps: this is a classifier'):
        use_folder(cfg, tmp_path / 'pets', ignore_index=3)
    assert 'model.head.num_classes: 1000 -> 2' in use_folder(cfg, tmp_path / 'pets')
    assert cfg.val_dataloader.dataset.ann_file == str(tmp_path / 'data/classified_val.txt')
    require_datasets(cfg, loaders=('train_dataloader',))


def test_boxes_are_no_image_classes(coco_folder, tmp_path):
    cfg = Config(dict(model=dict(type='ImageClassifier'), train_dataloader=dict()))
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match='looks like a folder of boxes, not of image classes'):
        use_folder(cfg, coco_folder)
