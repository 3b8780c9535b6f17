"""Folders of label maps: which layouts are recognised, and which are not."""

from pathlib import Path

import pytest
from folders import write_image
from mask_folders import write_mask, write_masked, write_pairs, write_voc_masks

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


def counts(folder) -> dict[str, int]:
    return {name: len(split.files.names) for name, split in folder.splits.items()}


@pytest.mark.parametrize(
    ('images', 'masks'),
    [
        ('images/{}', 'annotations/{}'),
        ('img_dir/{}', 'ann_dir/{}'),
        ('{}/images', '{}/masks'),
        ('{}2017', 'labels/{}2017'),
        ('{}', '{}annot'),
    ],
)
def test_layouts_with_splits(images, masks, tmp_path):
    for split in ('train', 'val'):
        write_pairs(tmp_path / images.format(split), tmp_path / masks.format(split))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 5, 'val': 5, 'test': 5}
    assert folder.labels.classes == ('class_0', 'class_1', 'class_2')
    listed = folder.splits['val'].list_file.read_text().split()
    assert listed == list(folder.splits['val'].files.names)
    assert folder.splits['val'].files.image(listed[0]).is_file()
    assert folder.splits['val'].files.label_map(listed[0]).is_file()


def test_a_fifth_is_held_out_where_there_is_one_split_and_masks_may_have_an_ending(tmp_path):
    for i in range(10):
        write_image(tmp_path / f'images/{i}.jpg')
        write_mask(tmp_path / f'masks/{i}_mask.png', (0, 1))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 8, 'val': 2, 'test': 2}
    assert folder.splits['train'].files.map_suffix == '_mask.png'
    assert 'held out' in str(folder.findings[0])


def test_voc_has_its_names_and_is_found_below(tmp_path):
    write_voc_masks(tmp_path / 'VOCdevkit/VOC2012')
    folder = recognise(tmp_path)
    assert len(folder.labels.classes) == 21
    assert folder.labels.classes[15] == 'person'
    assert folder.labels.ignore_index == 255
    assert counts(folder) == {'train': 3, 'val': 2, 'test': 2}
    assert folder.splits['train'].ignored == 3 * 60 * 20
    assert any('without an image and a label map' in str(finding) for finding in folder.findings)


def test_images_without_a_mask_are_left_out(tmp_path):
    write_masked(tmp_path)
    (tmp_path / 'annotations/train/train_0.png').unlink()
    folder = recognise(tmp_path)
    assert counts(folder)['train'] == 4
    (finding,) = folder.findings
    assert (finding.count, finding.examples) == (1, ('train_0.jpg',))


def test_a_folder_without_masks_is_refused(tmp_path):
    write_image(tmp_path / 'images/train/a.jpg')
    with pytest.raises(UserError, match=r'holds no label maps .* In it: images/'):
        recognise(tmp_path)
    write_image(tmp_path / 'annotations/train/b.png')
    with pytest.raises(UserError, match=r'no label map in .* has the name of an image'):
        recognise(tmp_path)
