"""Folders of label maps: which layouts are recognised, and which are not."""

from pathlib import Path

import pytest
from folders import write_image
from mask_folders import write_mask, write_masked, write_pairs, write_voc_masks

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.folder import read_label_map_folder


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


def counts(folder) -> dict[str, int]:
    return {name: len(split.files.images) for name, split in folder.splits.items()}


@pytest.mark.parametrize(
    ('images', 'masks'),
    [
        ('images/{}', 'annotations/{}'),
        ('img_dir/{}', 'ann_dir/{}'),
        ('{}/images', '{}/masks'),
        ('{}2017', 'labels/{}2017'),
        ('{}', '{}annot'),
        ('Images/{}', 'Masks/{}'),
        ('{}_images', '{}_masks'),
        ('data/imgs/{}', 'data/gt/{}'),
        ('{}/JPEGImages', '{}/SegmentationClass'),
        ('leftImg8bit/{}/ulm', 'gtFine/{}/ulm'),
        ('images/{}ing', 'annotations/{}ing'),
    ],
)
def test_layouts_with_splits(images, masks, tmp_path):
    for split in ('train', 'val'):
        write_pairs(tmp_path / images.format(split), tmp_path / masks.format(split))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 5, 'val': 5, 'test': 5}
    assert folder.labels.classes == ('class_0', 'class_1', 'class_2')
    part = folder.splits['val'].files
    assert all(file.is_file() for file in (*part.image_files, *part.map_files))
    assert folder.findings == ()


def test_a_fifth_is_held_out_where_there_is_one_split_and_masks_may_have_an_ending(tmp_path):
    for i in range(10):
        write_image(tmp_path / f'images/{i}.jpg')
        write_mask(tmp_path / f'masks/{i}_mask.png', (0, 1))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 8, 'val': 2, 'test': 2}
    assert folder.splits['train'].files.maps[0] == '0_mask.png'
    assert 'held out' in str(folder.findings[0])


def test_voc_has_its_names_and_is_found_below(tmp_path):
    write_voc_masks(tmp_path / 'VOCdevkit/VOC2012')
    folder = recognise(tmp_path)
    assert len(folder.labels.classes) == 21
    assert folder.labels.classes[15] == 'person'
    assert folder.labels.encoding.is_direct
    assert folder.labels.ignore_index == 255
    assert counts(folder) == {'train': 3, 'val': 2, 'test': 2}
    assert folder.splits['train'].ignored == 3 * 60 * 20
    assert [finding.count for finding in folder.findings] == [1, 1, 18]
    assert 'names without an image and a label map' in folder.findings[0].name


def test_images_without_a_mask_are_left_out(tmp_path):
    write_masked(tmp_path)
    (tmp_path / 'annotations/train/train_0.png').unlink()
    folder = recognise(tmp_path)
    assert counts(folder)['train'] == 4
    (finding,) = folder.findings
    assert (finding.count, finding.examples) == (1, ('images/train/train_0.jpg',))


def test_a_folder_without_masks_is_refused(tmp_path):
    write_image(tmp_path / 'images/train/a.jpg')
    with pytest.raises(UserError, match=r'holds no label maps .* In it: images/'):
        recognise(tmp_path)
    write_image(tmp_path / 'annotations/train/b.png')
    with pytest.raises(UserError, match=r'no label map in .* has the name of an image'):
        recognise(tmp_path)


def test_one_image_of_each_kind_that_is_not_used_is_named(tmp_path):
    write_masked(tmp_path)
    write_image(tmp_path / 'images/test/t.jpg')
    write_image(tmp_path / 'preview.jpg')
    write_image(tmp_path / 'images/more/u.jpg')
    write_mask(tmp_path / 'annotations/more/u.png', (0, 1))
    write_mask(tmp_path / 'annotations/val/alone.png', (0, 1))
    write_mask(tmp_path / 'labels/val/val_1.png', (0, 1))
    write_image(tmp_path / 'annotations/val/val_2.jpg')
    write_image(tmp_path / 'overlays/val_2.jpg')
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 5, 'val': 5, 'test': 5}
    found = {f.name.split(',')[0]: (f.severity.name, f.examples) for f in folder.findings}
    assert found == {
        "images of the split 'test' without a label map": ('NOTE', ('images/test/t.jpg',)),
        'images that lie in no folder of images': ('NOTE', ('preview.jpg',)),
        'images with a label map that are of no split': ('PROBLEM', ('images/more/u.jpg',)),
        'label maps without an image': ('PROBLEM', ('annotations/val/alone.png',)),
        'label maps (labels/*) not used': ('PROBLEM', ('labels/val/val_1.png',)),
        'pictures of label maps or of objects': ('NOTE', ('overlays/val_2.jpg',)),
        'label maps in JPEG not used': ('PROBLEM', ('annotations/val/val_2.jpg',)),
    }


def test_suffixes_may_differ(tmp_path):
    for name in ('a.png', 'b.JPG', 'c.webp', 'd.jpeg'):
        write_image(tmp_path / 'images' / Path(name).with_suffix('.png'))
        (tmp_path / 'images' / Path(name).with_suffix('.png')).rename(tmp_path / 'images' / name)
        write_mask(tmp_path / 'masks' / f'{name[0]}.png', (0, 1))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 3, 'val': 1, 'test': 1}
    assert folder.splits['train'].files.images == ('a.png', 'b.JPG', 'c.webp')


def test_lists_in_a_folder_of_two_sets(tmp_path):
    for year, split in (('VOC2007', 'train'), ('VOC2012', 'val')):
        home = write_voc_masks(tmp_path / year)
        (home / 'JPEGImages/2007_000005.jpg').unlink()
        for name in ('train', 'val'):
            (home / f'ImageSets/Segmentation/{name}.txt').unlink()
        listed = '\n'.join(f'2007_{i:06}' for i in range(4))
        (home / f'ImageSets/Segmentation/{split}.txt').write_text(listed)
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 4, 'val': 4, 'test': 4}
    assert folder.splits['val'].files.images[0] == '2007_000000.jpg'
    assert 'of no split' in folder.findings[0].name
    assert folder.findings[0].count == 2


def test_what_is_called_val_is_not_trained_on(tmp_path):
    write_masked(tmp_path)
    for place in ('images', 'annotations'):
        (tmp_path / place / 'train').rename(tmp_path / place / 'eval')
        (tmp_path / place / 'val').rename(tmp_path / place / 'test')
    with pytest.raises(UserError, match=r"'test' is only to validate|'val' and 'test' is only"):
        recognise(tmp_path)


def test_jpeg_label_maps_are_refused(tmp_path):
    for name in 'ab':
        write_image(tmp_path / f'images/{name}.png')
        write_image(tmp_path / f'masks/{name}.jpg')
    with pytest.raises(UserError, match=r'masks.a\.jpg is a lossy JPEG, which blurs labels'):
        recognise(tmp_path)


def test_label_maps_of_some_images_in_jpeg_are_left_out_with_them(tmp_path):
    write_masked(tmp_path)
    for name in ('train_0', 'train_1', 'val_2'):
        split = name.partition('_')[0]
        file = tmp_path / f'annotations/{split}/{name}.png'
        write_image(file.with_suffix('.jpg'))
        if split == 'train':
            file.unlink()
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 3, 'val': 5, 'test': 5}
    found = {finding.name: finding.examples for finding in folder.findings}
    assert found == {
        'images whose label map is JPEG, which blurs labels, so that pixels get those of other '
        'classes, left out': ('train_0.jpg', 'train_1.jpg'),
        'label maps in JPEG not used, since their images have others': (
            'annotations/val/val_2.jpg',
        ),
    }


def test_a_folder_of_boxes_holds_no_label_maps(tmp_path):
    for split in ('train', 'val'):
        write_image(tmp_path / f'images/{split}/a.png')
        write_image(tmp_path / f'labels/{split}/a.jpg')
        (tmp_path / f'labels/{split}/a.txt').write_text('0 0.5 0.5 1 1')
    assert read_label_map_folder(tmp_path, Findings()) == {}
