import pytest
from folders import write_image
from tool_folders import WIDER_BOX, write_text, write_wider_face

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.wider_face import WIDER_FACE


def test_splits(tmp_path):
    folder = recognise(write_wider_face(tmp_path / 'set'), tmp_path / 'out')
    assert (folder.layout, folder.classes) == ('widerface', ('face',))
    for name in ('train', 'val'):
        split = folder.splits[name]
        assert (split.images, split.boxes, split.empty) == (2, 3, 0)
        assert split.files.content['annotations'][0]['bbox'] == [10, 20, 30, 30]


def test_images_without_a_face_and_faces_to_ignore(tmp_path):
    for name in 'abc':
        write_image(tmp_path / f'images/0--Parade/{name}.jpg')
    invalid = '1 2 3 4 0 0 0 1 0 0'
    lines = ['0--Parade/a.jpg', '2', invalid, WIDER_BOX, '0--Parade/b.jpg', '0']
    for zeros in (['0 0 0 0 0 0 0 0 0 0'], []):
        write_text(tmp_path / 'gt.txt', [*lines, *zeros, '0--Parade/c.jpg', '1', '1 2 x 4'])
        findings = Findings()
        content = WIDER_FACE.read(tmp_path, findings)['all'].content
        assert [image['file_name'][-5] for image in content['images']] == ['a', 'b', 'c']
        assert [(a['image_id'], a['iscrowd']) for a in content['annotations']] == [(1, 1), (1, 0)]
        assert [(f.name, f.count) for f in findings] == [
            ('objects that cannot be read, left out', 1)
        ]


def test_a_file_that_is_cut_or_has_lost_a_count_is_one_error(tmp_path):
    write_wider_face(tmp_path)
    file = tmp_path / 'wider_face_split/wider_face_train_bbx_gt.txt'
    text = file.read_text()
    for broken in (text + 'x.jpg\n', text.replace('\n1\n', '\n')):
        file.write_text(broken)
        with pytest.raises(UserError, match=r'train_bbx_gt.txt: .*jpg. is followed by no number'):
            recognise(tmp_path, tmp_path / 'out')
