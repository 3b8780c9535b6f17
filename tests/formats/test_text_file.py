"""Text files are read whole, or refused with what they are instead."""

import pickle

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.text_file import read_json, read_lines


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
