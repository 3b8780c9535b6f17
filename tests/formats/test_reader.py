"""What readers return, and that every reader of ``READERS`` keeps to it."""

import re
from pathlib import Path

import pytest
from class_folders import write_classes, write_images, write_lines
from folders import coco_content, voc_xml, write_coco, write_voc, write_yolo
from mask_folders import write_masked
from people_folders import write_people
from tool_folders import (
    write_createml,
    write_csv,
    write_cvat,
    write_datumaro,
    write_kitti,
    write_label_studio,
    write_labelme,
    write_openimages,
    write_supervisely,
    write_via,
    write_wider_face,
)

from res2net_mm.errors import UserError
from res2net_mm.formats import (
    BOXES,
    IMAGE_CLASSES,
    KEYPOINTS,
    LABEL_MAPS,
    READERS,
    BoxImages,
    ClassifiedImages,
    Findings,
    KeypointImages,
    LabelMapImages,
    describe_unknown,
    existing_folder,
    read_folder,
)
from res2net_mm.formats.boxes.label_files import files_like

WRITERS = {
    'coco': write_coco,
    'cocokeypoints': write_people,
    'voc': lambda root: write_voc(root, dict.fromkeys('ab', voc_xml()), {'train': ['a', 'b']}),
    'yolo': write_yolo,
    'labelme': write_labelme,
    'via': write_via,
    'cvat': write_cvat,
    'createml': write_createml,
    'labelstudio': write_label_studio,
    'supervisely': write_supervisely,
    'datumaro': write_datumaro,
    'openimages': write_openimages,
    'csv': write_csv,
    'kitti': write_kitti,
    'widerface': write_wider_face,
    'masks': write_masked,
    'classcsv': lambda root: write_labels(root, 'labels.csv', 'file,label', '{}.png,{}'),
    'classlist': lambda root: write_labels(root, 'labels.txt', '# image class', '{}.png {}'),
    'imagefolder': write_classes,
}


def write_labels(root, file, header, line):
    write_images(root / 'images', 4)
    write_lines(root / file, header, *(line.format(i, 'cat' if i % 2 else 'dog') for i in range(4)))


KINDS = {
    BOXES: BoxImages,
    KEYPOINTS: KeypointImages,
    LABEL_MAPS: LabelMapImages,
    IMAGE_CLASSES: ClassifiedImages,
}


@pytest.fixture(params=READERS, ids=lambda reader: reader.name)
def reader(request):
    return request.param


def test_names_are_unique_and_every_layout_is_tried_here():
    assert [reader.name for reader in READERS] == list(WRITERS)


def test_the_page_on_data_folders_lists_every_layout():
    page = (Path(__file__).parents[2] / 'docs/data.md').read_text(encoding='utf-8')
    table = page.partition('## Layouts')[2].partition('\n\n')[0]
    rows = re.findall(r'^\| `([\w ]+)` \|', table, flags=re.M)
    assert rows == [reader.name for reader in READERS]


def test_a_reader_gives_the_splits_of_its_layout(reader, tmp_path):
    WRITERS[reader.name](tmp_path)
    assert reader.is_like(tmp_path)
    layout, splits = read_folder(tmp_path, reader.labels, Findings())
    assert layout == reader.name
    for part in splits.values():
        assert isinstance(part, KINDS[reader.labels])
        assert part.labels == reader.labels
        assert part.is_labelled
        assert all(file.is_file() for file in part.image_files)
        assert sum(part.labels_by_image.values()) > 0


def test_a_layout_of_boxes_says_how_its_files_begin_and_what_names_its_classes(reader, tmp_path):
    if reader.labels == BOXES:
        WRITERS[reader.name](tmp_path)
        assert files_like(tmp_path, reader.label_suffix, reader.label_start)
        (_, splits) = read_folder(tmp_path, BOXES, Findings())
        assert all(part.names_from for part in splits.values())


def test_a_folder_of_no_layout_has_no_splits(reader, tmp_path):
    (tmp_path / 'notes.txt').write_text('')
    assert not reader.is_like(tmp_path)
    assert read_folder(tmp_path, reader.labels, Findings()) is None
    said = describe_unknown(tmp_path, reader.labels)
    assert reader.looked_for in said
    assert 'In it: notes.txt' in said


def test_a_folder_of_the_other_kind_is_told_so(tmp_path):
    write_masked(tmp_path)
    said = describe_unknown(tmp_path, BOXES)
    assert said.endswith('It looks like a folder of label maps, not of boxes.')


def test_a_subset_has_its_images_and_their_boxes(tmp_path):
    whole = BoxImages(Path('a.json'), tmp_path, coco_content(['a', 'b', 'c']))
    part = whole.subset(lambda index, file: index > 0 and file.name != 'c')
    assert part.image_files == [tmp_path / 'b']
    assert [annotation['image_id'] for annotation in part.content['annotations']] == [2]
    assert (part.is_copy, whole.is_copy, len(whole.image_files)) == (True, False, 3)


def test_label_maps_lie_beside_their_images():
    images, maps = ('a.jpg', 'x/b.png'), ('a_mask.png', 'x/b_mask.png')
    whole = LabelMapImages(Path('l'), Path('i'), Path('m'), images, maps)
    assert whole.image_files == [Path('i/a.jpg'), Path('i/x/b.png')]
    assert whole.map_files == [Path('m/a_mask.png'), Path('m/x/b_mask.png')]
    part = whole.subset(lambda index, _: index == 1)
    assert (part.images, part.maps) == (('x/b.png',), ('x/b_mask.png',))


def test_classified_images_are_held_out_class_by_class():
    names = ['b', 'a', 'b', 'a', 'b']
    whole = ClassifiedImages(Path('l'), Path('i'), '01234', names, ('a', 'b'), '')
    assert [*whole.places] == [0, 0, 1, 1, 2]
    part = whole.subset(lambda index, file: index > 0 and file.name != '4')
    assert (part.images, part.class_names) == (('1', '2', '3'), ('a', 'b', 'a'))
    assert part.classes == ('a', 'b')
    assert part.labels_by_image == {'i/1': 1, 'i/2': 1, 'i/3': 1}


def test_a_folder_has_to_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert existing_folder('.') == tmp_path
    with pytest.raises(UserError, match='gone is not a folder'):
        existing_folder('gone')
