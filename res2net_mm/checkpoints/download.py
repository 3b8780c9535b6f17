"""Download published files once, and check their hashes.

Files are kept in the folder of ``torch.hub``. A file that is there, by whatever means, is used.
"""

import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from filelock import FileLock

from res2net_mm.errors import UserError, argument
from res2net_mm.file_kinds import sha256
from res2net_mm.progress import track

CONNECT_TIMEOUT = 10  # seconds
_CHUNK = 1 << 20  # bytes, 1 MiB
_HASH = re.compile(r'-([0-9a-f]{8,64})\.\w+$')
_FRAGMENT = re.compile(r'sha256=([0-9a-f]{8,64})$')
#: An environment variable; 1 allows downloads by http and of files whose hash is not known.
ALLOW_INSECURE = 'RES2NET_MM_ALLOW_INSECURE'


def cache_folder() -> Path:
    """Return the folder of downloads."""
    return Path(torch.hub.get_dir()) / 'checkpoints'


def insecure_is_allowed() -> bool:
    """Return whether the environment variable :data:`ALLOW_INSECURE` is 1."""
    return os.environ.get(ALLOW_INSECURE) == '1'


def fetch(
    urls: str | Sequence[str],
    *,
    name: str | None = None,
    again: bool = False,
    allow_insecure: bool | None = None,
) -> Path:
    """Return the path of a downloaded file, after downloading it if necessary.

    A file name such as ``res2net50_26w_4s-06e79181.pth`` holds the first digits of the file's
    SHA-256, which are checked; a URL can end in ``#sha256=<digits>`` instead. An interrupted
    download is continued.

    Args:
        urls: URLs of the same file, tried in order. What the first says of the hash holds for all.
        name: The file's name among the downloads. Default: that in the first URL.
        again: Whether to download a file that is there, such as a damaged one.
        allow_insecure: Whether to accept http, and files whose hash is not known, which may be
            altered on the way. Default: the environment variable :data:`ALLOW_INSECURE`.

    Raises:
        UserError: No URL gives the file; the message says how to put it there by other means.
    """
    urls = [urls] if isinstance(urls, str) else list(urls)
    if allow_insecure is None:
        allow_insecure = insecure_is_allowed()
    for url in urls:
        if not url.startswith('https://') and not allow_insecure:
            raise UserError(
                f'{url} is not fetched: only https is, as http can be altered on the way '
                f'({ALLOW_INSECURE}=1 allows it)'
            )
    path = urllib.parse.unquote(urllib.parse.urlsplit(urls[0]).path)
    name = name or PurePosixPath(path).name
    if name in ('', '..'):
        raise UserError(f'{urls[0]} names no file')
    target, expected = cache_folder() / name, _expected_hash(urls[0], name)
    if not again and target.is_file() and not _fault(target, expected):
        return target
    if not expected and not allow_insecure:
        raise UserError(
            f'{urls[0]} is not fetched, as nothing says which file is the right one: add '
            f'#sha256=<digits> to the URL, put the file into {target.parent} yourself, or set '
            f'{ALLOW_INSECURE}=1'
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f'{target.parent} cannot be made ({error}); set TORCH_HOME') from None
    part = target.with_name(f'{name}.part')
    faults = []
    # One process of this machine fetches the file while the others wait. The lock file stays, since
    # another process may hold it open.
    with FileLock(target.with_name(f'.{name}.lock')):
        if not again and target.is_file() and not _fault(target, expected):
            return target  # downloaded by another process meanwhile
        for url in urls:
            for _ in range(2):  # the first part may be of an earlier, altered download
                try:
                    _download(url, part, name, allow_insecure)
                except (OSError, HTTPException) as error:  # URLError and timeouts are OSErrors
                    faults.append(f'{url}: {getattr(error, "reason", error)}')
                    break
                fault = _fault(part, expected)
                if not fault:
                    part.replace(target)
                    return target
                part.unlink()
                faults.append(f'{url}: {fault}')
    raise UserError(
        f'{name} could not be downloaded ({"; ".join(dict.fromkeys(faults))}); fetch '
        f'{" or ".join(urls)} by other means and put it into {target.parent}, or do without '
        f'pretrained weights ({argument("pretrained", False)})'
    )


def _download(url: str, part: Path, name: str, allow_insecure: bool) -> None:
    """Download a URL into ``part``, from its present end."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={'User-Agent': 'res2net_mm'})
    if have:
        request.add_header('Range', f'bytes={have}-')
    opener = urllib.request.build_opener(*([] if allow_insecure else [_StayOnHttps]))
    try:
        response = opener.open(request, timeout=CONNECT_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # 416: the part is as long as the file or longer
            raise
        part.unlink()
        return _download(url, part, name, allow_insecure)
    with response, part.open('ab' if response.status == 206 else 'wb') as file:
        have = file.tell()
        length = response.headers.get('Content-Length')
        blocks = iter(lambda: response.read(_CHUNK), b'')
        left = -(-int(length) // _CHUNK) if length else None
        for block in track(blocks, f'{name} (MiB)', total=left, shown=True):
            file.write(block)
        if length and file.tell() != have + int(length):
            raise OSError(f'broke off after {file.tell()} of {have + int(length)} bytes')


def hash_fault(path: Path) -> str | None:
    """Return how a file differs from the hash in its name, None if it does not."""
    named = _HASH.search(path.name)
    return _fault(path, named and named[1])


def _expected_hash(url: str, name: str) -> str | None:
    """Return the first digits of a file's SHA-256 from its URL or name, None without any."""
    found = _FRAGMENT.match(urllib.parse.urlsplit(url).fragment) or _HASH.search(name)
    return found and found[1]


def _fault(path: Path, expected: str | None) -> str | None:
    if not expected:
        return None
    found = sha256(path)[: len(expected)]
    if found == expected:
        return None
    return f'SHA-256 begins with {found}, not {expected} as its name says'


class _StayOnHttps(urllib.request.HTTPRedirectHandler):
    """Refuse redirections from https to http."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith('https://'):
            raise urllib.error.URLError(f'is redirected to {newurl}, which is not https')
        return super().redirect_request(req, fp, code, msg, headers, newurl)
