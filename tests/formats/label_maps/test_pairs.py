"""Which label maps, predictions and images belong together."""

import pytest
from mask_folders import write_mask

from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.pairs import find_images, holds_label_maps, pair_label_maps


@pytest.fixture
def folders(tmp_path):
    """Returns ``write(gt, dt)``, lists of names, ``-> (folder, folder)``."""

    def write(*names):
        for folder, of_folder in zip('gd', names, strict=True):
            (tmp_path / folder).mkdir()
            for name in of_folder:
                write_mask(tmp_path / folder / name, (0, 1), 4, 6)
        return tmp_path / 'g', tmp_path / 'd'

    return write


def pairs_of(gt, dt):
    pairs, extra = pair_label_maps(gt, dt)
    found = [p.predicted and p.predicted.relative_to(dt).as_posix() for p in pairs]
    return {p.name: file for p, file in zip(pairs, found, strict=True)}, extra


@pytest.mark.parametrize(
    ('gt', 'dt', 'expected'),
    [
        (['a.png', 'b.png'], ['a.png', 'b.tif'], {'a.png': 'a.png', 'b.png': 'b.tif'}),
        (['v/a.png', 'w/a.png'], ['w/a.png'], {'v/a.png': None, 'w/a.png': 'w/a.png'}),
        (['v/a.png', 'w/b.png'], ['a.png', 'b.png'], {'v/a.png': 'a.png', 'w/b.png': 'b.png'}),
        (
            ['bonn/bonn_1_gtFine_labelTrainIds.png', 'ulm/ulm_2_gtFine_labelTrainIds.png'],
            ['bonn_1_leftImg8bit.png', 'ulm_2_leftImg8bit.png'],
            {
                'bonn/bonn_1_gtFine_labelTrainIds.png': 'bonn_1_leftImg8bit.png',
                'ulm/ulm_2_gtFine_labelTrainIds.png': 'ulm_2_leftImg8bit.png',
            },
        ),
        (
            ['a1_mask.png', 'b1_mask.png'],
            ['b1.png'],
            {'a1_mask.png': None, 'b1_mask.png': 'b1.png'},
        ),
        (['10.png', '20.png'], ['10.png', '30.png'], {'10.png': '10.png', '20.png': None}),
    ],
)
def test_pairs(gt, dt, expected, folders):
    assert pairs_of(*folders(gt, dt))[0] == expected


def test_predictions_without_ground_truth_are_told(folders):
    assert pairs_of(*folders(['a.png'], ['c.png', 'a.png', 'b.png']))[1] == ['b.png', 'c.png']


@pytest.mark.parametrize(
    ('beside', 'meant'),
    [
        ('VOC2012/SegmentationObject/a.png', 'VOC2012/SegmentationClass/a.png'),
        ('images/val/a.png', 'masks/val/a.png'),
        ('u/a_gtFine_color.png u/a_gtFine_labelIds.png', 'u/a_gtFine_labelTrainIds.png'),
        ('u/a_gtFine_color.png u/a_gtFine_instanceIds.png', 'u/a_gtFine_labelIds.png'),
    ],
)
def test_what_lies_beside_the_ground_truth_is_passed_over(beside, meant, folders):
    assert pairs_of(*folders([*beside.split(), meant], ['a.png']))[0] == {meant: 'a.png'}


def test_what_does_not_fit_is_refused(folders, tmp_path):
    gt, dt = folders(['a.png', 'b.png'], ['x.png'])
    with pytest.raises(UserError, match=r'none of the 1 label maps in .*d \(x.png\) has the name'):
        pair_label_maps(gt, dt)
    (dt / 'x.png').rename(dt / 'x.jpg')
    assert not holds_label_maps(dt)
    with pytest.raises(UserError, match=r'd holds no label maps .* In it: x.jpg'):
        pair_label_maps(gt, dt)
    with pytest.raises(UserError, match='nowhere is not a folder'):
        pair_label_maps(gt, tmp_path / 'nowhere')
    (gt / 'a.tif').write_bytes((gt / 'a.png').read_bytes())
    (dt / 'x.jpg').rename(dt / 'a.png')
    with pytest.raises(UserError, match='two label maps called a, of different suffixes'):
        pair_label_maps(gt, dt)


@pytest.mark.parametrize(
    ('names', 'images'),
    [
        (['x/a.png', 'b.png'], ['x/a.jpg', 'b.png']),
        (['/set/images/a.jpg', '/set/images/b.jpg'], ['a.jpg', 'b.jpg']),
        (['a_gtFine.png', 'b_gtFine.png'], ['a_leftImg8bit.png', 'b_leftImg8bit.png']),
    ],
)
def test_images_are_matched_by_name(tmp_path, names, images):
    for name in images:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b'')
    assert find_images(names, tmp_path) == [tmp_path / name for name in images]


def test_one_image_may_be_missing_but_not_all(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'')
    assert find_images(['a.png', 'z.png'], tmp_path) == [tmp_path / 'a.jpg', None]
    with pytest.raises(UserError, match=r'none of the 1 images in .*a\.jpg.* has the name of a la'):
        find_images(['y.png', 'z.png'], tmp_path)
