"""Class folders as they are published, and what lies wrong in them."""

import numpy as np
import pytest
from class_folders import content, problems, read, write_classes, write_images, write_lines

from res2net_mm.formats import IMAGE_CLASSES, Findings, describe, read_folder


def counts(splits):
    return {
        split: {name: len(of) for name, of in found.items()}
        for split, found in content(splits).items()
    }


def test_split_folders(tmp_path):
    layout, splits, findings = read(write_classes(tmp_path, splits=('train', 'val', 'test')))
    assert layout == 'imagefolder'
    assert counts(splits) == {split: {'cat': 5, 'dog': 5} for split in ('test', 'train', 'val')}
    assert splits['train'].file == tmp_path / 'train'
    assert splits['train'].classes == ('cat', 'dog')
    assert not findings


def test_upper_case_suffixes_hidden_files_and_macos(tmp_path):
    write_classes(tmp_path, splits=())
    write_images(tmp_path / 'cat', 2, 'IMG_{}.JPG')
    write_images(tmp_path / 'cat', 1, '._{}.png')
    write_images(tmp_path / '.cache', 1)
    (tmp_path / '__MACOSX/cat').mkdir(parents=True)
    (tmp_path / '__MACOSX/cat/._0.png').write_bytes(b'x')
    (tmp_path / '.DS_Store').write_bytes(b'x')
    _, splits, findings = read(tmp_path)
    assert counts(splits) == {'all': {'cat': 7, 'dog': 5}}
    assert not findings


def test_hundreds_of_classes_in_the_order_of_their_names(tmp_path):
    names = [f'n{number:08d}' for number in np.random.default_rng(0).permutation(300)]
    splits = read(write_classes(tmp_path, names, 1, ('train',)))[1]
    assert splits['train'].classes == tuple(sorted(names))


@pytest.mark.parametrize(
    ('spoil', 'expected', 'is_problem'),
    [
        (lambda root: (root / 'train/owl').mkdir(), 'without an image: 1 (train/owl)', True),
        (lambda root: write_images(root / 'train', 2), 'that lie in no class folder', True),
        (lambda root: write_images(root, 2), 'that lie in no class folder', True),
        (lambda root: write_images(root / 'test', 2), 'that lie in no class folder', False),
        (lambda root: write_images(root / 'train/cat/in', 3), 'train/cat/in: 3 images', False),
        (lambda root: (root / 'train/cat/a.gif').write_bytes(b'GIF'), 'training reads', True),
        (lambda root: (root / 'train/cat/a.txt').write_text('x'), 'are no images', False),
    ],
)  # fmt: skip
def test_nothing_is_passed_over_in_silence(spoil, expected, is_problem, tmp_path):
    spoil(write_classes(tmp_path))
    findings = read(tmp_path)[2]
    assert expected in '\n'.join(describe(findings))
    assert len(findings) == 1
    assert bool(problems(findings)) == is_problem


def test_imagenet_with_a_flat_val_and_a_list(tmp_path):
    write_classes(tmp_path, ('n01', 'n02', 'n03'), 4, ('train',))
    write_images(tmp_path / 'val', 3, 'ILSVRC2012_val_0000000{}.JPEG')
    names = [f'ILSVRC2012_val_0000000{i}' for i in range(3)]
    write_lines(
        tmp_path / 'meta/val.txt', *(f'{name}.JPEG {2 - i}' for i, name in enumerate(names))
    )
    layout, splits, findings = read(tmp_path)
    assert layout == 'imagefolder'
    val = {
        'n03': [f'val/{names[0]}.JPEG'],
        'n02': [f'val/{names[1]}.JPEG'],
        'n01': [f'val/{names[2]}.JPEG'],
    }
    assert content(splits)['val'] == val
    assert not problems(findings)
    (tmp_path / 'meta/val.txt').unlink()
    rows = [f'{name},n0{3 - i} 1 2 3 4' for i, name in enumerate(names)]
    write_lines(tmp_path / 'LOC_val_solution.csv', 'ImageId,PredictionString', *rows)
    assert content(read(tmp_path)[1])['val'] == val


def test_tiny_imagenet(tmp_path):
    for name in ('n01', 'n02'):
        write_images(tmp_path / f'train/{name}/images', 2, name + '_{}.JPEG')
        write_lines(tmp_path / f'train/{name}/{name}_boxes.txt', f'{name}_0.JPEG\t0\t0\t62\t62')
    write_images(tmp_path / 'val/images', 2, 'val_{}.JPEG')
    write_lines(
        tmp_path / 'val/val_annotations.txt',
        'val_0.JPEG\tn02\t0\t32\t44\t62',
        'val_1.JPEG\tn01\t2\t3\t4\t5',
    )
    write_images(tmp_path / 'test/images', 2, 'test_{}.JPEG')
    _, splits, _ = read(tmp_path, layout='imagefolder')
    assert counts(splits)['train'] == {'n01': 2, 'n02': 2}
    assert content(splits)['val'] == {
        'n02': ['val/images/val_0.JPEG'],
        'n01': ['val/images/val_1.JPEG'],
    }


def test_a_number_beyond_the_classes(tmp_path):
    write_classes(tmp_path, splits=('train',))
    write_images(tmp_path / 'val', 2)
    write_lines(tmp_path / 'val.txt', 'val/0.png 1', 'val/1.png 2')
    findings = read(tmp_path, layout='imagefolder')[2]
    assert any('none of the 2 folders' in name for name in problems(findings))


def test_folders_that_are_no_classes_by_a_file_of_labels(tmp_path):
    write_classes(tmp_path, ('batch1', 'batch2'), 5, ())
    rows = [f'batch{b}/{i}.png,{"cat" if i % 2 else "dog"}' for b in (1, 2) for i in range(4)]
    write_lines(tmp_path / 'labels.csv', 'file,label', *rows)
    layout, splits, findings = read(tmp_path)
    assert layout == 'classcsv'
    assert counts(splits) == {'all': {'cat': 4, 'dog': 4}}
    assert any('not listed' in name for name in problems(findings))


def test_lists_of_splits_beside_class_folders(tmp_path):
    write_classes(tmp_path / 'images', ('cat', 'dog'), 4, ())
    write_lines(tmp_path / 'meta/train.txt', 'cat/0', 'cat/1', 'dog/0', 'dog/1')
    write_lines(tmp_path / 'meta/test.txt', 'cat/2', 'cat/3', 'dog/2', 'dog/3')
    splits = read(tmp_path)[1]
    assert counts(splits) == {split: {'cat': 2, 'dog': 2} for split in ('test', 'train')}


def test_label_maps_and_boxes_are_no_classes(tmp_path):
    write_images(tmp_path / 'masks/images', 3)
    write_images(tmp_path / 'masks/labels', 3)
    assert read_folder(tmp_path / 'masks', IMAGE_CLASSES, Findings()) is None
    write_images(tmp_path / 'coco/train2017', 3)
    write_images(tmp_path / 'coco/val2017', 3)
    assert read_folder(tmp_path / 'coco', IMAGE_CLASSES, Findings()) is None


def test_an_image_in_another_folder_than_a_list_says(tmp_path):
    write_classes(tmp_path, splits=())
    rows = [f'cat/{i}.png cat' for i in range(4)]
    write_lines(tmp_path / 'list.txt', *rows, 'dog/1.png cat')
    layout, splits, findings = read(tmp_path)
    assert layout == 'imagefolder'
    assert counts(splits) == {'all': {'cat': 5, 'dog': 5}}
    assert 'dog/1.png: cat' in '\n'.join(describe(findings))


def test_images_to_predict_on_are_no_class(tmp_path):
    for split in ('train', 'test'):
        write_classes(tmp_path / f'seg_{split}', splits=(f'seg_{split}',))
    write_images(tmp_path / 'seg_pred/seg_pred', 3)
    _, splits, findings = read(tmp_path)
    assert counts(splits) == {split: {'cat': 5, 'dog': 5} for split in ('test', 'train')}
    assert splits['train'].classes == ('cat', 'dog')
    assert [finding.count for finding in findings if finding.severity] == [3]
