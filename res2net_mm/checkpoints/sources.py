"""Open weights from where they are published: a path, an https URL, ``res2net://`` or ``hf://``.

Files that lie in several places are fetched from the first that answers. Whichever it is, the file
has to have the hash that is known of it.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from res2net_mm.errors import UserError
from res2net_mm.presets import HUB_FILE, MIRRORS, find_weights

from .download import ALLOW_INSECURE, fetch, insecure_is_allowed
from .reading import DamagedFileError, read_checkpoint

PRESET_SCHEME = 'res2net://'
HUB_SCHEME = 'hf://'
_HUB = 'https://huggingface.co'
#: An environment variable of huggingface_hub: another server with the same files.
_HUB_ENDPOINT = 'HF_ENDPOINT'
_HUB_SOURCE = re.compile(
    r'hf://(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^/#]+))?/(?P<file>[^#]*[^/#])(?P<hash>#.*)?'
)


@dataclass(frozen=True)
class Source:
    """Where a file of weights lies.

    Attributes:
        urls: URLs of the file, in the order in which they are tried.
        name: The file's name among the downloads; None for that in the URL.
        twin: Source of another file with the same tensors, whose hash is not known; '' for none.
    """

    urls: tuple[str, ...]
    name: str | None = None
    twin: str = ''

    def fetch(self, *, again: bool = False) -> Path:
        """Return the path of the downloaded file; the arguments and errors are those of fetch."""
        try:
            return fetch(self.urls, name=self.name, again=again)
        except UserError as error:
            if not self.twin:
                raise
            if not insecure_is_allowed():
                raise UserError(
                    f'{error}; {self.twin} holds the same tensors, and its page the digits to '
                    f'write behind it as #sha256=<digits> (or set {ALLOW_INSECURE}=1)'
                ) from None
            try:
                return find_source(self.twin).fetch(again=again)
            except UserError as another:
                raise UserError(f'{error}; {another}') from None


def open_checkpoint(source: str | Path, map_location: Any = 'cpu') -> dict[str, Any]:
    """Read a checkpoint from where it lies; a damaged download is fetched once more.

    Args:
        source: A path, an https URL, ``res2net://<preset or alias>`` or
            ``hf://<owner>/<repository>[@<revision>]/<file>`` of the Hugging Face Hub. Of a file
            without its hash in its name, ``#sha256=<digits>`` behind a URL gives it.
        map_location: The device of the tensors.

    Raises:
        UserError: The file cannot be fetched or read.
    """
    if '://' not in str(source):
        return read_checkpoint(source, map_location)
    found = find_source(str(source))
    try:
        return read_checkpoint(found.fetch(), map_location)
    except DamagedFileError:
        return read_checkpoint(found.fetch(again=True), map_location)


def find_source(text: str) -> Source:
    """Return where the file of a URL, of ``res2net://`` or of ``hf://`` lies.

    Raises:
        UserError: The preset is unknown or has no weights, or an ``hf://`` source is incomplete.
    """
    if text.startswith(PRESET_SCHEME):
        weights = find_weights(text[len(PRESET_SCHEME) :])
        twin = f'{HUB_SCHEME}{weights.hub}/{HUB_FILE}' if weights.hub else ''
        return Source(_with_mirrors(weights.urls), twin=twin)
    if text.startswith(HUB_SCHEME):
        return _on_the_hub(text)
    return Source(_with_mirrors((text,)))


def _on_the_hub(text: str) -> Source:
    """Return where a file of the Hugging Face Hub lies.

    Its name among the downloads begins with that of the repository, as files of many have the same.
    """
    parts = _HUB_SOURCE.fullmatch(text)
    if not parts:
        raise UserError(
            f'{text} names no file: hf://<owner>/<repository>/<file> does, or '
            'hf://<owner>/<repository>@<revision>/<file>'
        )
    repo, file, revision = parts['repo'], unquote(parts['file']), parts['revision']
    server = os.environ.get(_HUB_ENDPOINT, _HUB).rstrip('/')
    place = f'{quote(unquote(revision or "main"), safe="")}/{quote(file)}'
    name = '--'.join(part for part in (repo, revision, file) if part).replace('/', '--')
    return Source((f'{server}/{repo}/resolve/{place}{parts["hash"] or ""}',), name=name)


def _with_mirrors(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the URLs, and behind them those of the same files on other servers, each once."""
    mirrored = [
        other + url.removeprefix(server)
        for servers in MIRRORS
        for server in servers
        for url in urls
        if url.startswith(server)
        for other in servers
    ]
    return tuple(dict.fromkeys((*urls, *mirrored)))
