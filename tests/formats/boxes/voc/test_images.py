"""Of images with the name of an XML file the nearest is taken, and each is given once."""

import pytest
from voc_tree import write_tree

from res2net_mm.formats.boxes.voc.images import Images, is_voc
from res2net_mm.formats.boxes.voc.paths import stem_of


def give(root, xmls, images):
    files = [path.relative_to(root).as_posix() for path in root.rglob('*') if path.is_file()]
    write_tree(root, f'{" ".join(xmls)} {" ".join(images)}')
    found = Images(root, [*files, *images], xmls)
    for xml in xmls:
        found.give(xml, stem_of(xml, case=True))
    return found


@pytest.mark.parametrize(
    ('images', 'nearest'),
    [
        (['s/xml/a.jpg', 's/JPEGImages/a.jpg'], 's/xml/a.jpg'),
        (['s/JPEGImages/a.jpg', 's/masks/a.jpg', 's/Segmentation/a.jpg'], 's/JPEGImages/a.jpg'),
        (['JPEGImages/a.jpg', 's/photos/a.jpg'], 's/photos/a.jpg'),
        (['s/photos/a.jpg', 's/images/a.jpg'], 's/images/a.jpg'),
        (['s/images/a.jpg', 's/s/images/a.jpg'], 's/images/a.jpg'),
        (['s/images/A.jpg', 's/images/a.png'], 's/images/a.png'),
        (['s/images/a.bmp', 's/images/a.png'], 's/images/a.png'),
        (['s/visualised/a.png'], 's/visualised/a.png'),
    ],
)
def test_nearest(images, nearest, tmp_path):
    for order in (images, images[::-1]):
        assert give(tmp_path, ['s/xml/a.xml'], order).pairs() == {'s/xml/a.xml': nearest}


def test_an_image_goes_to_the_nearest_of_its_xml_files(tmp_path):
    found = give(tmp_path, ['old/a.xml', 'new/a.xml'], ['new/a.jpg'])
    assert found.pairs() == {'new/a.xml': 'new/a.jpg'}
    assert (found.second, found.strange) == (['old/a.xml'], [])


def test_what_is_left_over_of_two_sets_is_no_pair(tmp_path):
    """Sets that count alike: the image of one and the XML file of the other are missing."""
    sets = [f'{name}/{{}}/{i}.{{}}' for name in 'st' for i in range(3)]
    xmls = [path.format('xml', 'xml') for path in sets if path[0] + path[5] != 't2']
    images = [path.format('img', 'jpg') for path in sets if path[0] + path[5] != 's2']
    found = give(tmp_path, xmls, images)
    assert 's/xml/2.xml' in xmls
    assert 't/img/2.jpg' in images
    assert found.pairs() == {f'{s}/xml/{i}.xml': f'{s}/img/{i}.jpg' for s in 'st' for i in range(2)}
    assert found.bare() == ['t/img/2.jpg']


def test_one_folder_of_images_for_two_of_xml_files(tmp_path):
    found = give(tmp_path, ['x/1/a.xml', 'x/2/b.xml'], ['images/a.jpg', 'images/b.jpg'])
    assert found.pairs() == {'x/1/a.xml': 'images/a.jpg', 'x/2/b.xml': 'images/b.jpg'}


def test_free_images_only(tmp_path):
    found = give(tmp_path, ['a.xml'], ['a.jpg', 'b.jpg'])
    assert not found.give('c.xml', 'a', free=True)
    assert found.give('c.xml', 'b', free=True)
    assert found.pairs() == {'a.xml': 'a.jpg', 'c.xml': 'b.jpg'}


def test_what_is_voc(tmp_path):
    for text, wanted in {'<Annotation verified="no">': True, '<annotations>': False}.items():
        (tmp_path / 'a.xml').write_text(text)
        assert is_voc(tmp_path / 'a.xml') == wanted
    assert not is_voc(tmp_path / 'gone.xml')
