"""Every layout is written in every other, and holds the same boxes to the limits that are said."""

import os
from pathlib import Path

import pytest
from folders import voc_xml, write_coco, write_image, write_voc

from res2net_mm.data.checks.check_data import check_data
from res2net_mm.data.conversion.convert_data import convert_data
from res2net_mm.errors import UserError
from res2net_mm.formats import BOXES, READERS
from tests.data.conversion.converted import boxes, lost, pixels_of_their_own, read
from tests.formats.test_reader import WRITERS

OF_BOXES = [reader.name for reader in READERS if reader.labels == BOXES]


def contents(root):
    return {str(path.relative_to(root)) for path in Path(root).rglob('*')}


@pytest.mark.parametrize('layout', OF_BOXES)
def test_a_folder_goes_round_all_layouts(layout, tmp_path):
    """From any layout to COCO's, YOLO's, VOC's and COCO's: the boxes stay, to whole pixels."""
    before = tmp_path / 'original'
    before.mkdir()
    WRITERS[layout](before)
    original, whole = boxes(before), boxes(before, 0)
    for number, to in enumerate(('coco', 'yolo', 'voc', 'coco')):
        out = tmp_path / f'{number}_{to}'
        said = convert_data(before, out, to=to)
        assert read(out)[0] == to
        if to == 'voc':
            rounded = lost(said).get('boxes with fractions of pixels, rounded', 0)
        elif number < 2:
            assert boxes(out) == original
        before = out
    assert rounded or boxes(before) == original
    assert boxes(before, 0) == whole
    problems = check_data(before, picture=tmp_path / 'p.png').problems
    names = ' '.join(finding.name for finding in problems)
    assert 'not used' not in names
    assert 'cannot' not in names


@pytest.mark.parametrize('to', ['coco', 'yolo', 'voc'])
@pytest.mark.parametrize('masks', [False, True])
def test_what_is_written_is_clean(to, masks, tmp_path):
    root = write_coco(tmp_path / 'set', masks=masks)
    pixels_of_their_own(root)
    said = convert_data(root, tmp_path / 'out', to=to)
    found = check_data(tmp_path / 'out', picture=tmp_path / 'p.png')
    assert found.clean, str(found)
    assert str(said).startswith('set: COCO layout, train 5 images, val 5, 10 boxes, 2 classes')
    assert 'images: 10 hard links' in str(said)
    assert lost(said) == ({'masks': 10} if masks and to == 'voc' else {})
    assert ('nothing was lost' in str(said)) == (not lost(said))
    if masks and to == 'yolo':
        (_, splits) = read(tmp_path / 'out')
        entry = splits['train'].content['annotations'][0]
        assert entry['segmentation'][0] == pytest.approx([10, 10, 30, 10, 30, 30, 10, 30])


def test_the_splits_are_kept(tmp_path):
    names = {'train': ['a', 'b'], 'val': ['c'], 'trainval': ['a', 'b', 'c'], 'test': ['d']}
    root = write_voc(tmp_path / 'set', dict.fromkeys('abcd', voc_xml()), names)
    for to in ('coco', 'voc'):
        assert convert_data(root, tmp_path / to, to=to).links.ways == {'hard links': 4}
        assert boxes(tmp_path / to) == boxes(root)
    said = convert_data(root, tmp_path / 'yolo', to='yolo')
    assert lost(said) == {"images of the split 'trainval', which other splits have": 3}
    assert {split for split, *_ in boxes(tmp_path / 'yolo')} == {'train', 'val', 'test'}


@pytest.mark.parametrize('to', ['coco', 'yolo', 'voc'])
def test_a_folder_without_splits_has_none_afterwards(to, tmp_path):
    root = write_voc(tmp_path / 'set', dict.fromkeys('ab', voc_xml()), {})
    convert_data(root, tmp_path / 'out', to=to)
    assert boxes(tmp_path / 'out') == boxes(root)


def test_images_are_copied_where_asked_for_or_no_link_can_be(tmp_path, monkeypatch):
    root = write_coco(tmp_path / 'set', splits=('train',))
    said = convert_data(root, tmp_path / 'copied', to='coco', copy=True)
    assert str(said.links) == '5 copies'
    assert not os.path.samefile(root / 'train2017/train_0.jpg', said.root / 'images/train_0.jpg')

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, 'link', refuse)
    assert str(convert_data(root, tmp_path / 'symbolic', to='coco').links) == '5 symbolic links'
    monkeypatch.setattr(os, 'symlink', refuse)
    assert str(convert_data(root, tmp_path / 'out', to='coco').links) == '5 copies'


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    root = write_coco(tmp_path / 'set')
    (root / 'val2017/val_3.jpg').unlink()
    before = contents(tmp_path)
    with pytest.raises(UserError, match='missing from'):
        convert_data(root, tmp_path / 'out', to='voc')
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ('out', 'options', 'said'),
    [
        ('full', dict(to='voc'), 'is not an empty folder'),
        ('set/below', dict(to='voc'), 'choose a folder beside it'),
        ('out', dict(to='tfrecord'), 'must be one of coco, yolo, voc, masks'),
        ('out', dict(to='coco', layout='voc'), "is not as layout='voc' says"),
        ('out', dict(to='coco', classes=['a']), 'are for label maps'),
        ('out', dict(to='masks'), 'holds no label maps in a known layout'),
    ],
)
def test_what_cannot_be_done_is_said(out, options, said, tmp_path):
    root = write_coco(tmp_path / 'set')
    write_image(tmp_path / 'full/a.jpg')
    with pytest.raises(UserError, match=said):
        convert_data(root, tmp_path / out, **options)
    assert not (tmp_path / 'out').exists()
