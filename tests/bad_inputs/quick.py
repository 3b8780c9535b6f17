"""Which rows of a table times tools are quick."""

from collections.abc import Iterable

import pytest


def first_quick(tools: Iterable[str]) -> list:
    """The tools as parameters: the first as it is, the others marked slow."""
    first, *others = tools
    return [first, *(pytest.param(tool, marks=pytest.mark.slow) for tool in others)]
