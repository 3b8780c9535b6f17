"""Rename by a table of templates, in both directions."""

import re

Pairs = tuple[tuple[str, str], ...]

_FIELD = re.compile(r'\{(\w+)([+-]\d+)?\}')
_MEANING = {'p': r'.+', 'any': r'[^.]+'}  # other fields are numbers


class Renaming:
    """A table of pairs of templates; a name is renamed by the first pair that matches.

    A field such as ``{b}`` matches a number, ``{b+1}`` that number plus one, ``{p}`` anything and
    ``{any}`` anything without a dot. Both templates need the same fields; one that is only read may
    have more.
    """

    def __init__(self, pairs: Pairs) -> None:
        self._to_first = [(_reader(second), first) for first, second in pairs]
        self._to_second = [(_reader(first), second) for first, second in pairs]

    def first(self, name: str) -> str:
        """Return the first name of a second name, or the name itself if no pair matches."""
        return _rename(name, self._to_first)

    def second(self, name: str) -> str:
        """Return the second name of a first name, or the name itself if no pair matches."""
        return _rename(name, self._to_second)


def _reader(template: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return the pattern of a template, and the number to subtract from each of its fields."""
    pattern, offsets, end = '', {}, 0
    for field in _FIELD.finditer(template):
        name, offset = field.groups()
        pattern += (
            f'{re.escape(template[end : field.start()])}(?P<{name}>{_MEANING.get(name, "[0-9]+")})'
        )
        offsets[name] = int(offset or 0)
        end = field.end()
    return re.compile(pattern + re.escape(template[end:])), offsets


def _rename(name: str, table: list[tuple[tuple[re.Pattern[str], dict[str, int]], str]]) -> str:
    for (pattern, offsets), template in table:
        if found := pattern.fullmatch(name):
            fields = found.groupdict()
            return _FIELD.sub(lambda field: _write(field, fields, offsets), template)  # noqa: B023
    return name


def _write(field: re.Match[str], fields: dict[str, str], offsets: dict[str, int]) -> str:
    name, offset = field.groups()
    if name in _MEANING:
        return fields[name]
    return str(int(fields[name]) - offsets[name] + int(offset or 0))
