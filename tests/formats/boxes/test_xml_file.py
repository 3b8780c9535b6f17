import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.xml_file import read_xml

BODY = '<a><name>行人</name></a>'
GERMAN = '<a><name>Fußgänger</name></a>'


def declared(encoding, body=BODY):
    return f"<?xml version='1.0' encoding='{encoding}'?>\n{body}"


# Content; the encoding that was guessed.
READ = {
    'UTF-8': (BODY.encode(), None),
    'UTF-8 with a byte order mark': (BODY.encode('utf-8-sig'), None),
    'UTF-16': (BODY.encode('utf-16'), None),
    'UTF-16, big-endian, no mark': (BODY.encode('utf-16-be'), None),
    'UTF-16 with a mark, said to be UTF-8': (declared('utf-8').encode('utf-16'), None),
    'GBK': (declared('GBK').encode('gbk'), None),
    'GB 2312': (declared('gb2312').encode('gb2312'), None),
    'Shift JIS': (declared('Shift_JIS').encode('shift_jis'), None),
    'blank line first': (f'\n{declared("utf-8")}'.encode(), None),
    'GBK, not said': (BODY.encode('gbk'), 'GBK'),
    'GBK, said to be UTF-8': (declared('utf-8').encode('gbk'), 'GBK'),
    'UTF-8, said to be ASCII': (declared('ascii').encode(), 'UTF-8'),
}


@pytest.mark.parametrize('case', READ)
def test_encodings(case, tmp_path):
    content, guessed = READ[case]
    (tmp_path / 'a.xml').write_bytes(content)
    top, found = read_xml(tmp_path / 'a.xml')
    assert (top.findtext('name'), found) == ('行人', guessed)


def test_western_text_is_read_where_it_is_declared_and_never_guessed(tmp_path):
    file = tmp_path / 'a.xml'
    file.write_bytes(declared('iso-8859-1', GERMAN).encode('latin-1'))
    assert read_xml(file)[0].findtext('name') == 'Fußgänger'
    file.write_bytes(GERMAN.encode('latin-1'))
    with pytest.raises(UserError, match=r'a\.xml cannot be read .* save it as UTF-8'):
        read_xml(file)


@pytest.mark.parametrize(
    ('content', 'says'),
    [
        (b'', 'no element found'),
        (b'<a><b></a>', 'mismatched tag: line 1'),
        (b'<a>AT&T</a>', 'line 1, column 7'),
        (b'<a>fish & chips</a>', 'write & as &amp;'),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', 'unknown encoding: klingon'),
        (b'<?xml version="1.0" encoding="rot13"?><a>\xff</a>', 'not a text encoding'),
        ('<a/>'.encode('utf-16')[:-1], 'truncated'),
        (b'<!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>', 'declares entities'),
        ('<!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>'.encode('utf-16'), 'declares entities'),
        (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-ENTITY x "ha"><a/>', 'declares entities'),
        (None, 'No such file'),
    ],
)
def test_what_cannot_be_read_is_one_error(content, says, tmp_path):
    if content is not None:
        (tmp_path / 'a.xml').write_bytes(content)
    with pytest.raises(UserError, match=says) as raised:
        read_xml(tmp_path / 'a.xml')
    assert f'{tmp_path}/a.xml cannot be read as XML' in str(raised.value)
