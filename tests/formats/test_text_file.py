"""Text files are read whole, or refused with what they are instead."""

import gc
import io
import math
import pickle

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.text_file import (
    KEPT,
    each_json_once,
    plain,
    read_json,
    read_lines,
    read_rows,
    write_json_lists,
)


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


@pytest.mark.parametrize('separator', [',', ';', '\t', '|'])
def test_rows_by_the_plain_names_of_their_columns(separator, tmp_path):
    lines = [['File Name', 'X_min', '"Class"'], ['a.jpg', ' 1', '"b"'], ['c', '2'], ['d'] * 4]
    text = '\r\n'.join(separator.join(line) for line in lines)
    (tmp_path / 'a.csv').write_text('\ufeff' + text, encoding='utf-8')
    assert [*read_rows(tmp_path / 'a.csv')] == [
        {'filename': 'a.jpg', 'xmin': '1', 'class': 'b'},
        {'filename': 'c', 'xmin': '2'},
        {'filename': 'd', 'xmin': 'd', 'class': 'd'},
    ]


def test_columns_may_be_named_by_the_caller(tmp_path):
    (tmp_path / 'a.csv').write_text('1,2\n')
    assert [*read_rows(tmp_path / 'a.csv', ('a', 'b'))] == [{'a': '1', 'b': '2'}]
    (tmp_path / 'a.csv').write_text('')
    assert [*read_rows(tmp_path / 'a.csv')] == []


def test_what_is_no_csv_is_an_error(tmp_path):
    (tmp_path / 'a.csv').write_text(f'a,b\n{"x" * 200_000},1\n')
    with pytest.raises(UserError, match=r'a\.csv cannot be read as CSV: field larger'):
        list(read_rows(tmp_path / 'a.csv'))


def test_plain_names():
    assert [plain(name) for name in ('X_Min', 'Roi.X1', 'größe 2')] == ['xmin', 'roix1', 'größe2']


@pytest.mark.parametrize('count', [0, 1, 10_000, 10_001])
def test_a_dict_of_lists_is_written_as_it_is_read(count, tmp_path):
    content = {'info': {'year': 1}, 'annotations': [{'id': i} for i in range(count)], 'a"b': []}
    with (tmp_path / 'a.json').open('w') as stream:
        write_json_lists(content, stream)
    assert read_json(tmp_path / 'a.json') == content
    with pytest.raises(ValueError, match='not JSON compliant'):
        write_json_lists({'a': [math.nan]}, io.StringIO())
