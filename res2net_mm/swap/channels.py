"""Let what reads a backbone follow its channels."""

from .change import Change
from .places import Place
from .pyramid import Pyramid


def follow(place: Place, before: Pyramid, after: Pyramid, scope: str) -> list[Change]:
    if before.channels == after.channels:
        return []
    raise NotImplementedError
