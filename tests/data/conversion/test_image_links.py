"""Images get names of their own, and links."""

from pathlib import Path

import pytest
from folders import coco_content, write_image, write_json

from res2net_mm.data.conversion.convert_data import convert_data
from res2net_mm.data.conversion.image_links import ImageLinks, unique_names


@pytest.mark.parametrize(
    ('files', 'nested', 'flat'),
    [
        (['s/a.jpg', 's/b.jpg'], ['a.jpg', 'b.jpg'], ['a.jpg', 'b.jpg']),
        (['s/a.jpg', 't/A.jpg'], ['s/a.jpg', 't/A.jpg'], ['s_a.jpg', 't_A.jpg']),
        (['s/x/a.jpg', 't/x/a.jpg'], ['s/x/a.jpg', 't/x/a.jpg'], ['s_x_a.jpg', 't_x_a.jpg']),
        (['s/a.jpg', 's/a.png'], ['a_jpg.jpg', 'a_png.png'], ['a_jpg.jpg', 'a_png.png']),
        (['s/a.jpg', 's/a.jpg'], ['a.jpg'], ['a.jpg']),
    ],
)
def test_names_differ_by_more_than_suffix_or_case(files, nested, flat):
    paths = [Path('/', file) for file in files]
    assert [str(name) for name in unique_names(paths).values()] == nested
    assert [str(name) for name in unique_names(paths, flat=True).values()] == flat


def test_a_link_leads_to_the_file_and_not_to_a_link(tmp_path):
    write_image(tmp_path / 'real.jpg')
    (tmp_path / 'link.jpg').symlink_to('real.jpg')
    links = ImageLinks()
    links.place(tmp_path / 'link.jpg', tmp_path / 'out/a.jpg')
    assert (tmp_path / 'out/a.jpg').samefile(tmp_path / 'real.jpg')
    assert not (tmp_path / 'out/a.jpg').is_symlink()
    assert str(links) == '1 hard links'


def test_images_of_the_same_name_stay_apart(tmp_path):
    for split in ('train', 'val'):
        write_image(tmp_path / f'set/{split}2017/a.jpg')
        file = tmp_path / f'set/annotations/instances_{split}2017.json'
        write_json(file, coco_content(['a.jpg']))
    convert_data(tmp_path / 'set', tmp_path / 'coco', to='coco')
    assert {'images/train2017/a.jpg', 'images/val2017/a.jpg'} <= contents(tmp_path / 'coco')
    convert_data(tmp_path / 'set', tmp_path / 'voc', to='voc')
    assert {'JPEGImages/train2017_a.jpg', 'JPEGImages/val2017_a.jpg'} <= contents(tmp_path / 'voc')


def contents(root):
    return {str(path.relative_to(root)) for path in Path(root).rglob('*')}
