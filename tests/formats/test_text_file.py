"""Text files are read whole, or refused with what they are instead."""

import gc
import pickle

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.text_file import KEPT, each_json_once, read_json, read_lines


def test_lines_without_space_around_them_and_without_a_mark(tmp_path):
    file = tmp_path / 'a.txt'
    file.write_bytes(b'\xef\xbb\xbf one \r\n\n\ttwo words\n')
    assert read_lines(file) == ['one', 'two words']


@pytest.mark.parametrize(
    ('content', 'reason'), [('a'.encode('utf-16'), 'not text in UTF-8'), (b'a\0b', 'holds zeros')]
)
def test_what_is_no_text_is_refused(content, reason, tmp_path):
    (tmp_path / 'a.txt').write_bytes(content)
    with pytest.raises(UserError, match=rf'a\.txt is .*{reason}|{reason}'):
        read_lines(tmp_path / 'a.txt')
    with pytest.raises(UserError, match='cannot be read'):
        read_lines(tmp_path)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [(b'{"a": ', 'Expecting value'), (pickle.dumps({}), 'pickle'), (b'', 'it is empty')],
)
def test_what_is_no_json_is_named(content, reason, tmp_path):
    file = tmp_path / 'a.json'
    file.write_bytes(content)
    with pytest.raises(UserError, match=rf'a\.json is not a JSON file: .*{reason}'):
        read_json(file)
    file.write_text('{"a": [1]}')
    assert read_json(file) == {'a': [1]}


@pytest.mark.parametrize('name', ['absent.json', '.', 'a\0b'])
def test_what_is_no_file_is_named(name, tmp_path):
    with pytest.raises(UserError, match='cannot read '):
        read_json(f'{tmp_path}/{name}')


def test_json_is_read_once_in_a_block_and_garbage_is_looked_for_again(tmp_path):
    file = tmp_path / 'a.json'
    file.write_text('[1]')
    with each_json_once():
        first = read_json(file)
        assert read_json(str(file)) is first
    assert read_json(file) is not first
    file.write_text('[')
    with pytest.raises(UserError, match='not a JSON file'):
        read_json(file)
    assert gc.isenabled()


def test_only_the_last_json_files_are_kept(tmp_path):
    files = [tmp_path / f'{i}.json' for i in range(KEPT + 1)]
    with each_json_once():
        for file in files:
            file.write_text('[]')
        read = [read_json(file) for file in files]
        assert read_json(files[-1]) is read[-1]
        assert read_json(files[0]) is not read[0]
