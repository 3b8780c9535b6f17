"""What the labels in label maps mean: names of classes, and the ignored label."""

from pathlib import Path

import numpy as np
import pytest
from folders import write_image
from mask_folders import write_mask, write_masked, write_pairs
from PIL import Image

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError


def recognise(root: Path, **options):
    return recognise_masks(root, root / '.out', **options)


@pytest.mark.parametrize(
    ('labels', 'names', 'options', 'classes', 'ignored', 'first'),
    [
        ((0, 1, 255), 'a\nb\n', {}, 'a b', 255, 0),
        ((0, 1, 7), 'a\nb\n', {}, 'a b', 7, 0),
        ((0, 1), '0: a\n1: b\n2: c\n', {}, 'a b c', 255, 0),
        ((0, 1, 2), '0 0 0\ta\n9 8 7\tb\n1 1 1\tvoid\n', {}, 'a b', 2, 0),
        ((0, 1, 2, 255), 'unlabeled\na\nb\n', {}, 'a b', 0, 1),
        ((0, 1, 2), '1: a\n2: b\n', {}, 'a b', 0, 1),
        ((0, 1, 255), '__ignore__\na\nb\n', {}, 'a b', 255, 0),
        ((0, 1), 'a\nb\n', dict(ignore_index=255), 'a b', 255, 0),
        ((0, 1, 2), None, dict(ignore_index=2), 'class_0 class_1', 2, 0),
        ((0, 1, 2), None, dict(ignore_index=0), 'class_1 class_2', 0, 1),
        ((0, 1, 2), None, dict(classes=['x', 'y'], ignore_index=2), 'x y', 2, 0),
        ((0, 1, 2), 'a\nb\nc\n', dict(classes=['x', 'y', 'z']), 'x y z', 255, 0),
    ],
)
def test_classes_and_the_ignored_label(labels, names, options, classes, ignored, first, tmp_path):
    found = recognise(write_masked(tmp_path, labels, names=names), **options).labels
    assert found.classes == tuple(classes.split())
    assert (found.ignore_index, found.first) == (ignored, first)


def test_what_cannot_be_known_is_said(tmp_path):
    said = recognise(write_masked(tmp_path, (0, 1, 2))).summary()
    assert 'ignore_index=2 if it means unlabelled' in said


@pytest.mark.parametrize(
    ('labels', 'names', 'options', 'reason'),
    [
        ((0, 1, 7, 9), 'a\nb\n', {}, r'none of the 2 classes .*: 2 \(label 7 in 10 label maps'),
        ((0, 255), None, dict(ignore_index=255), 'one class .* not 255'),
        ((0, 255), 'a\nb\nc\n', {}, 'black and white .*names 3 classes'),
        ((0, 128), None, {}, r'only the labels 0, 128 \(128 in 10 label maps, first .*\): number'),
        ((0, 0), None, {}, 'every pixel of the label maps of .* is 0'),
        ((0, 1), 'a\na\n', {}, "names the class 'a' twice"),
        ((0, 1), '\n', {}, 'is empty'),
        ((0, 1, 2), 'a\nb\nc\n', dict(ignore_index=1), "is the class 'b'"),
        ((0, 1), None, dict(ignore_index=300), '0 to 255'),
        ((0, 1, 300), None, {}, 'holds the label 300'),
    ],
)
def test_labels_that_make_no_sense_are_refused(labels, names, options, reason, tmp_path):
    write_masked(tmp_path, labels, names=names)
    with pytest.raises(UserError, match=reason):
        recognise(tmp_path, **options)
    assert not (tmp_path / '.out').exists()


def write_table(root: Path, name: str, *lines: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text('\n'.join(lines))


def write_colours(root: Path, *colours) -> Path:
    """Two label maps for each split, of stripes in colours."""
    for split in ('train', 'val'):
        for i in range(2):
            name = f'{split}_{i}.png'
            write_image(root / 'images' / split / name)
            pixels = np.array(colours, np.uint8)[np.arange(80) * len(colours) // 80]
            (root / 'masks' / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.tile(pixels, (60, 1, 1))).save(root / 'masks' / split / name)
    return root


def test_values_need_not_follow_each_other(tmp_path):
    write_masked(tmp_path, (0, 3, 9, 200))
    write_table(tmp_path, 'config.yaml', 'classes:', '  3: a', '  0: void', '  200: c', '  9: b')
    folder = recognise(tmp_path)
    assert (folder.labels.classes, folder.labels.ignore_index) == (('a', 'b', 'c'), 255)
    assert folder.splits['train'].pixels.tolist() == [6000] * 3
    assert folder.splits['train'].ignored == 6000
    assert 'label 0 ignored' in folder.labels.source


@pytest.mark.parametrize(
    ('table', 'options', 'classes', 'source'),
    [
        (None, {}, 'background foreground', 'no file does'),
        (('classes.txt', 'road'), {}, 'background road', 'classes.txt: black is background'),
        (('classes.txt', 'sky', 'road'), {}, 'sky road', 'white is road'),
        (('class_dict.csv', 'name,r,g,b', 'x,0,0,0', 'y,255,255,255'), {}, 'x y', 'by colours'),
        (None, dict(classes=['sky', 'road']), 'sky road', 'as given'),
    ],
)
def test_black_and_white(table, options, classes, source, tmp_path):
    write_masked(tmp_path, (0, 0, 0, 255))
    if table is not None:
        write_table(tmp_path, *table)
    folder = recognise(tmp_path, **options)
    assert folder.labels.classes == tuple(classes.split())
    assert source in folder.labels.source
    assert folder.splits['train'].pixels.tolist() == [18000, 6000]


def test_colours_go_by_their_table(tmp_path):
    write_colours(tmp_path, (0, 0, 0), (0, 0, 200), (9, 8, 7), (0, 0, 200))
    with pytest.raises(UserError, match=r'nothing says what they mean: 0,0,200 in 4 label maps'):
        recognise(tmp_path)
    write_table(tmp_path, 'labelmap.txt', 'void:0,0,0::', 'b:9,8,7::', 'a:0,0,200::')
    folder = recognise(tmp_path)
    assert folder.labels.classes == ('b', 'a')
    assert folder.splits['train'].pixels.tolist() == [2400, 4800]
    assert folder.splits['train'].ignored == 2400
    assert recognise(tmp_path, classes=['x', 'y']).labels.classes == ('x', 'y')
    write_table(tmp_path, 'labelmap.txt', 'b:9,8,7::', 'a:0,0,200::')
    with pytest.raises(
        UserError, match=r'none of the 2 classes .*colour 0,0,0 in 4 label maps, 48'
    ):
        recognise(tmp_path)
    write_table(tmp_path, 'labelmap.txt', 'b:0,0,200::', 'a:0,0,200::')
    with pytest.raises(UserError, match='the same colour #0000c8'):
        recognise(tmp_path)


def test_a_stray_colour_does_not_stop_a_training(tmp_path):
    write_table(tmp_path, 'class_dict.csv', 'name,r,g,b', 'a,0,0,200', 'b,9,9,9')
    write_colours(tmp_path, (0, 0, 200), (9, 9, 9))
    file = tmp_path / 'masks/train/train_0.png'
    pixels = np.array(Image.open(file))
    pixels[0, :3] = 1, 2, 3
    Image.fromarray(pixels).save(file)
    folder = recognise(tmp_path)
    (found,) = folder.findings
    assert 'colour 1,2,3 in 1 label maps, 3 px, first' in str(found)
    assert 'ignored' in found.name
    assert folder.splits['train'].pixels.tolist() == [4797, 4800]


def test_palettes_go_by_their_colours_where_a_table_has_all(tmp_path):
    for split in ('train', 'val'):
        write_pairs(tmp_path / 'images' / split, tmp_path / 'masks' / split, (3, 0), palette=True)
    write_table(tmp_path, 'class_dict.csv', 'name,r,g,b', 'a,128,128,0', 'b,0,0,0')
    folder = recognise(tmp_path)
    assert folder.labels.classes == ('a', 'b')
    assert folder.splits['train'].pixels.tolist() == [12000, 12000]


def test_tables_that_differ(tmp_path):
    write_masked(tmp_path, (0, 1), names='a\nb\n')
    write_table(tmp_path, 'labels/codes.txt', 'x', 'y')
    (found,) = recognise(tmp_path).findings
    assert 'class tables not used beside classes.txt' in found.name
    write_table(tmp_path, 'annotations/train/classes.txt', 'b', 'a')
    with pytest.raises(
        UserError, match=r'class tables that say something else than .*classes\.txt'
    ):
        recognise(tmp_path)


def test_a_table_that_does_not_fit_gives_way_to_a_known_set(tmp_path):
    for split in ('train', 'val'):
        write_image(tmp_path / f'images/{split}/0001TP_006690.png')
        write_mask(tmp_path / f'annotations/{split}/0001TP_006690.png', range(12))
    write_table(tmp_path, 'classes.json', '["a"]')
    folder = recognise(tmp_path)
    assert folder.labels.classes[0] == 'sky'
    assert 'class tables that do not fit' in folder.findings[0].name


def test_label_maps_without_a_label_are_named(tmp_path):
    write_masked(tmp_path, (0, 1, 255), names='a\nb\n')
    for i in range(2):
        write_mask(tmp_path / f'annotations/train/train_{i}.png', (255,))
    (found,) = recognise(tmp_path).findings
    assert (found.count, found.examples) == (2, (str(tmp_path / 'annotations/train/train_0.png'),))
    assert 'every pixel is ignored' in found.name
