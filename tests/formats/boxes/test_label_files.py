from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.label_files import (
    LOOKED_AT,
    files_like,
    has_files_like,
    read_each,
    split_of_file,
    split_of_folders,
)


def test_files_are_known_by_how_they_begin(tmp_path):
    (tmp_path / 'b').mkdir()
    (tmp_path / 'a.json').write_text('{"shapes": []}')
    (tmp_path / 'b/C.JSON').write_bytes(b'\xef\xbb\xbf{"shapes": \xff')
    (tmp_path / 'b/late.json').write_text(' ' * 5000 + '"shapes"')
    (tmp_path / 'b/folder.json').mkdir()
    found = [tmp_path / 'a.json', tmp_path / 'b/C.JSON']
    assert files_like(tmp_path, '.json', '^{"shapes"') == found
    assert has_files_like(tmp_path, '.json', '^{"shapes"')
    assert not has_files_like(tmp_path, '.json', 'regions')


def test_a_folder_of_other_files_is_left_after_the_first(tmp_path, monkeypatch):
    for index in range(3 * LOOKED_AT):
        (tmp_path / f'{index}.json').write_text('{}')
    opened = []
    monkeypatch.setattr(
        'res2net_mm.formats.boxes.label_files.begins_like',
        lambda file, start: opened.append(file),
    )
    assert files_like(tmp_path, '.json', 'x') == []
    assert len(opened) == LOOKED_AT


def test_files_that_cannot_be_read_are_one_error(tmp_path):
    def read(file):
        if file.name == 'a':
            raise UserError(f'{file.name} is broken.')
        return 7 if file.name == 'b' else None[0]

    findings = Findings(stop=False)
    files = [tmp_path / name for name in 'abc']
    assert list(read_each(tmp_path, files, read, findings)) == [(tmp_path / 'b', 7)]
    said = f"{tmp_path}/c is not as its tool writes it ('NoneType' object is not subscriptable)"
    (finding,) = findings
    assert (finding.count, finding.examples) == (2, ('a is broken', said))


@pytest.mark.parametrize(
    ('path', 'file', 'folders'),
    [
        ('train.json', 'train', None),
        ('Train/Valid/a.json', 'val', 'val'),
        ('val/test_boxes.csv', 'test', 'val'),
        ('train/labels/a.json', 'train', 'train'),
        ('labels/a.json', None, None),
    ],
)
def test_splits_of_files(path, file, folders):
    assert split_of_file(Path(path)) == file
    assert split_of_folders(Path(path)) == folders
