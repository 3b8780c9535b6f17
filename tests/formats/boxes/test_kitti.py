import pytest
from folders import write_image
from tool_folders import check_folder, kitti_line, write_kitti, write_text

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.kitti import KITTI


@pytest.mark.parametrize(
    ('place', 'file'),
    [('{}/image_2', '{}/label_2'), ('{}/images', '{}/labels'), ('image_2/{}', 'label_2/{}')],
)
def test_places_of_the_files(place, file, tmp_path):
    write_kitti(tmp_path / 'set', place, file)
    check_folder(tmp_path / 'set', tmp_path / 'out', 'kitti', polygons=False)


def read(root, *lines):
    for camera in (2, 3):
        write_image(root / f'training/image_{camera}/000001.png')
    write_text(root / 'training/label_2/000001.txt', [*lines])
    findings = Findings()
    splits = KITTI.read(root, findings)
    assert [*splits] == ['train']
    return splits['train'], findings


def test_images_are_those_of_the_same_camera(tmp_path):
    split, _ = read(tmp_path, kitti_line('Car', 1.5, 2, 11.25, 8))
    assert split.image_files == [tmp_path / 'training/image_2/000001.png']
    assert split.content['annotations'][0]['bbox'] == [1.5, 2, 9.75, 6]


def test_an_empty_file_is_an_image_without_objects(tmp_path):
    write_image(tmp_path / 'training/image_2/000000.png')
    write_text(tmp_path / 'training/label_2/000000.txt', [])
    split, _ = read(tmp_path, kitti_line('Car', 1, 2, 3, 4))
    assert [image['file_name'][-10:] for image in split.content['images']] == [
        '000000.png',
        '000001.png',
    ]


def test_what_is_not_used_is_counted(tmp_path):
    lines = [
        kitti_line('Person_sitting', 1, 2, 3, 4) + ' 0.9',
        kitti_line('DontCare', 1, 2, 3, 4),
        'Car 0 0',
        kitti_line('Car', 'x', 2, 3, 4),
    ]
    split, findings = read(tmp_path, *lines)
    assert [category['name'] for category in split.content['categories']] == ['Person_sitting']
    assert [(f.name, f.count) for f in findings[:2]] == [
        ('DontCare regions, which are not used', 1),
        ('objects that cannot be read, left out', 2),
    ]


def test_an_image_that_is_gone_is_one_error(tmp_path):
    write_kitti(tmp_path)
    (tmp_path / 'train/image_2/train_0.jpg').unlink()
    with pytest.raises(UserError, match=r'not there, with 2 objects: 1 \(train/image_2/train_0\)'):
        recognise(tmp_path, tmp_path / 'out')
