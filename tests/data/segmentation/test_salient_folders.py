"""Folders of images and masks of salient objects, as the public sets lay them out."""

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from shipped_configs import ROOT

from res2net_mm.data import recognise_masks
from res2net_mm.data.use_folder import use_folder
from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.map_file import read_label_map

# Image and mask of each split; {} is the name.
LAYOUTS = {
    'DUTS': [
        ('DUTS-TR/DUTS-TR-Image/{}.jpg', 'DUTS-TR/DUTS-TR-Mask/{}.png'),
        ('DUTS-TE/DUTS-TE-Image/{}.jpg', 'DUTS-TE/DUTS-TE-Mask/{}.png'),
    ],
    'DUTS-TE': [('DUTS-TE-Image/{}.jpg', 'DUTS-TE-Mask/{}.png')],
    'ECSSD': [('images/{}.jpg', 'ground_truth_mask/{}.png')],
    'PASCAL-S': [('Imgs/{}.jpg', 'Imgs/{}.png')],
    'MSRA-B': [('{}.jpg', '{}.png')],
    'HKU-IS': [('imgs/{}.png', 'gt/{}.png')],
    'DUT-OMRON': [('DUT-OMRON-image/{}.jpg', 'pixelwiseGT-new-PNG/{}.png')],
    'subfolders': [
        ('train/images/{}.jpg', 'train/masks/{}.png'),
        ('test/images/{}.jpg', 'test/masks/{}.png'),
    ],
}


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)


def draw(root, layout, masks=None):
    """Draw five images for each split; their masks have greys at the edges."""
    for split, (image, mask) in enumerate(LAYOUTS[layout]):
        for i in range(5):
            drawn = np.zeros((40, 50), np.uint8)
            drawn[10:30, 8 + 3 * i : 30 + 3 * i] = 255
            soft = cv2.GaussianBlur(drawn, (5, 5), 0) if masks is None else masks
            name = f'im{split}{i}'
            write(root / image.format(name), np.dstack([drawn // 2 + 40 + i + 9 * split] * 3))
            write(root / mask.format(name), soft)
    return root


@pytest.mark.parametrize('layout', LAYOUTS)
def test_every_set_is_read_and_tested_on_whole(layout, tmp_path):
    root = draw(tmp_path / layout, layout)
    folder = recognise_masks(root, tmp_path / 'out', salient=True, training=False)
    assert {name: len(split.files.images) for name, split in folder.splits.items()} == {'test': 5}
    assert folder.labels.classes == ('background', 'salient object')
    notes = [finding.name for finding in folder.findings if 'greys' in finding.name]
    assert len(notes) == 1
    assert notes[0].endswith('salient above 128')
    test = folder.splits['test']
    for file, name in zip(test.files.map_files, test.files.images, strict=True):
        grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        written = test.listed.map_dir / f'{name}.png'
        np.testing.assert_array_equal(read_label_map(written), grey > 128)


@pytest.mark.parametrize('layout', ['DUTS', 'subfolders'])
def test_the_named_split_is_trained_on(layout, tmp_path):
    folder = recognise_masks(draw(tmp_path / layout, layout), tmp_path / 'out', salient=True)
    images = {name: [image[-8:-5] for image in s.files.images] for name, s in folder.splits.items()}
    assert images == {'train': ['im0'] * 5, 'val': ['im1'] * 5, 'test': ['im1'] * 5}


def test_a_config_gets_masks_of_two_classes_and_keeps_its_head(tmp_path):
    cfg = Config.fromfile(ROOT / 'configs/poolnet_r2n_light_demo.py')
    cfg.work_dir = str(tmp_path / 'run')
    told = use_folder(cfg, draw(tmp_path / 'DUTS', 'DUTS'))
    assert 'salient object' in told
    assert cfg.val_evaluator == cfg.test_evaluator == dict(type='res2net_mm.SaliencySizeMetric')
    assert cfg.model.decode_head.num_classes == 2
    assert 'out_channels' not in cfg.model.decode_head
    steps = {step.type: step for step in cfg.train_dataloader.dataset.pipeline}
    assert steps['res2net_mm.LoadSaliencyAnnotations'].threshold == 0


def test_masks_of_0_and_1_are_read_where_they_lie(tmp_path):
    masks = np.zeros((40, 50), np.uint8)
    masks[5:20, 5:20] = 1
    folder = recognise_masks(
        draw(tmp_path / 'ECSSD', 'ECSSD', masks), tmp_path / 'out', salient=True
    )
    assert folder.labels.encoding.is_direct
    assert folder.splits['train'].listed.map_dir == tmp_path / 'ECSSD/ground_truth_mask'


def test_masks_in_jpeg_are_thresholded_and_named(tmp_path):
    root = draw(tmp_path / 'ECSSD', 'ECSSD')
    for i, file in enumerate(sorted((root / 'ground_truth_mask').iterdir())):
        grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        pixels = np.dstack([grey] * 3) if i else grey  # some tools write three channels
        write(file.with_suffix('.jpg'), pixels)
        file.unlink()
    with pytest.raises(UserError, match='is a lossy JPEG, which blurs labels'):
        recognise_masks(root, tmp_path / 'labels')
    folder = recognise_masks(root, tmp_path / 'out', salient=True)
    notes = [(finding.name, finding.count) for finding in folder.findings]
    assert ('masks in JPEG, salient above 128', 4) in notes  # of train, one is held out
    assert ('masks in JPEG, salient above 128', 1) in notes
    train = folder.splits['train']
    for file, name in zip(train.files.map_files, train.files.images, strict=True):
        grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert ((grey > 0) & (grey < 255)).any()  # JPEG changes some
        written = read_label_map(train.listed.map_dir / f'{name}.png')
        np.testing.assert_array_equal(written, grey > 128)


def test_masks_in_jpeg_beside_others_are_used_where_an_image_has_no_other(tmp_path):
    root = draw(tmp_path / 'ECSSD', 'ECSSD')
    masks = sorted((root / 'ground_truth_mask').iterdir())
    for file in masks[:3]:
        write(file.with_suffix('.jpg'), cv2.imread(str(file), cv2.IMREAD_GRAYSCALE))
    masks[0].unlink()
    folder = recognise_masks(root, tmp_path / 'out', salient=True)
    assert [len(folder.splits[name].files.images) for name in ('train', 'val')] == [4, 1]
    assert [name[-3:] for name in folder.splits['train'].files.maps] == ['jpg', 'png', 'png', 'png']
    found = {finding.name: finding.examples for finding in folder.findings}
    assert found['masks in JPEG, salient above 128'] == (masks[0].with_suffix('.jpg').name,)
    assert found['label maps in JPEG not used, since their images have others'] == tuple(
        f'ground_truth_mask/{file.stem}.jpg' for file in masks[1:3]
    )


def test_what_is_no_set_of_masks_is_refused(tmp_path):
    root = draw(tmp_path / 'ECSSD', 'ECSSD', np.full((40, 50), 90, np.uint8))
    with pytest.raises(UserError, match='no mask has a salient pixel: they hold 90 to 90'):
        recognise_masks(root, tmp_path / 'out', salient=True)
    with pytest.raises(UserError, match='masks of salient objects have neither'):
        recognise_masks(root, tmp_path / 'out', salient=True, classes=('a', 'b'))
    colours = np.zeros((40, 50, 3), np.uint8)
    colours[:9] = (0, 0, 200)
    root = draw(tmp_path / 'colours', 'ECSSD', colours)
    with pytest.raises(UserError, match='holds colours, and a mask of salient objects'):
        recognise_masks(root, tmp_path / 'out', salient=True)
