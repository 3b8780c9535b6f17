import pytest
from class_folders import problems, write_classes, write_lines

from res2net_mm.formats import Findings
from res2net_mm.formats.image_classes.class_folders import find_class_folders
from res2net_mm.formats.image_classes.split_lists import split_by_lists


def split(root, findings=None):
    findings = Findings() if findings is None else findings
    return split_by_lists(root, find_class_folders(root).placed, findings)


@pytest.mark.parametrize(
    'line', ['cat/{}', 'cat/{}.png', 'images/cat/{}.png', 'images\\cat\\{}.png', 'cat/{}.png 0']
)
def test_ways_to_name_an_image(line, tmp_path):
    write_classes(tmp_path / 'images', splits=())
    write_lines(tmp_path / 'splits/train.txt', *(line.format(i) for i in range(3)))
    assert split(tmp_path) == {f'images/cat/{i}.png': 'train' for i in range(3)}


def test_faults_of_lists(tmp_path):
    write_classes(tmp_path, splits=())
    write_lines(tmp_path / 'train.txt', 'cat/0', 'cat/1', 'owl/3')
    write_lines(tmp_path / 'val.txt', 'cat/1', 'dog/1')
    write_lines(tmp_path / 'test.txt', 'something else')
    findings = Findings()
    assert split(tmp_path, findings) == {
        'cat/0.png': 'train',
        'cat/1.png': 'train',
        'dog/1.png': 'val',
    }
    assert [name.split(',')[0] for name in problems(findings)] == [
        'lines that name no image', 'images that a list of another split names',
    ]  # fmt: skip
