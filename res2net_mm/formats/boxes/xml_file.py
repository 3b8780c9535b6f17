"""One XML file, read in the encoding that it is in or refused by name."""

import codecs
import re
from pathlib import Path
from xml.etree import ElementTree

from res2net_mm.errors import UserError

BOMS = {
    codecs.BOM_UTF8: 'utf-8-sig',
    codecs.BOM_UTF16_LE: 'utf-16',
    codecs.BOM_UTF16_BE: 'utf-16',
}
DECLARED = re.compile(rb'<\?xml[^>]*?encoding\s*=\s*["\']([\w.:-]+)["\']')
# Chinese text in GBK is in pairs of such bytes, and other text hardly ever. Nothing else is
# guessed, as it would decode to wrong names.
GBK = re.compile(rb'(?:[\0-\x7f]|[\xa1-\xfe]{2})*')


def read_xml(file: str | Path) -> tuple[ElementTree.Element, str | None]:
    """Return the root element of an XML file, and the encoding if it had to be guessed.

    Any encoding that the file declares or has the byte order mark of is read, else UTF-8. Where
    that does not fit, UTF-8 and then GBK are tried.

    Raises:
        UserError: The file cannot be read.
    """
    try:
        with open(file, 'rb') as stream:
            content = stream.read()
        _refuse_entities(b'<!ENTITY' in content.replace(b'\0', b''))  # of UTF-16
        try:
            return ElementTree.fromstring(content), None
        except (ElementTree.ParseError, ValueError) as error:  # or an encoding unknown to expat
            text, guessed = _decode(content)
            if text is None:
                raise error
            _refuse_entities('<!ENTITY' in text)  # which UTF-7 can write otherwise
            return ElementTree.fromstring(text.lstrip()), guessed
    except (ElementTree.ParseError, ValueError, LookupError, OSError) as error:
        raise UserError(f'{file} cannot be read as XML: {_reason(error)}.') from error


def _refuse_entities(declared: bool) -> None:
    if declared:
        raise ValueError('it declares entities, which may grow without end or name other files')


def _decode(content: bytes) -> tuple[str | None, str | None]:
    """Return the text, None if it cannot be told, and the encoding if it was guessed."""
    if codec := next((codec for bom, codec in BOMS.items() if content.startswith(bom)), None):
        return content.decode(codec), None
    declared = DECLARED.search(content[:200])
    if declared:
        try:
            return content.decode(declared[1].decode()), None
        except UnicodeDecodeError:
            pass  # it is in another
    try:
        return content.decode(), 'UTF-8' if declared else None
    except UnicodeDecodeError:
        if GBK.fullmatch(content):
            return content.decode('gbk'), 'GBK'
    return None, None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if 'invalid token' in str(error):
        return f'{error}; save it as UTF-8 if it is in another encoding, and write & as &amp;'
    return str(error)
