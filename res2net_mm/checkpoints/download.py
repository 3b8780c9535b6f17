"""Fetch published files once, whole and unaltered.

Files are kept where ``torch.hub`` keeps them, so that what is there already is found and a file
put there by hand counts as downloaded.
"""

import hashlib
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import torch
from filelock import FileLock

from res2net_mm.errors import UserError

CONNECT_TIMEOUT = 10  # seconds; being offline must be found out quickly
_CHUNK = 1 << 20  # bytes
_HASH = re.compile(r'-([0-9a-f]{8,64})\.\w+$')
_FRAGMENT = re.compile(r'sha256=([0-9a-f]{8,64})$')
#: Set to 1, it has files fetched that may be altered on the way: by http, or without a hash.
ALLOW_INSECURE = 'RES2NET_MM_ALLOW_INSECURE'


def cache_folder() -> Path:
    """Return where downloads are kept."""
    return Path(torch.hub.get_dir()) / 'checkpoints'


def fetch(
    urls: str | Sequence[str], *, again: bool = False, allow_insecure: bool | None = None
) -> Path:
    """Return the path of a downloaded file, fetching it if it is not there whole.

    A file name such as ``res2net50_26w_4s-06e79181.pth`` carries the first digits of the file's
    SHA-256, which must agree; a URL without any can end in ``#sha256=<digits>``. A broken-off
    download goes on where it stopped.

    Args:
        urls: Where the same file can be had, tried in order.
        again: Fetch it even if it is there (as when it turned out to be damaged).
        allow_insecure: Accept http, and files of which no hash is known: nothing protects them
            against being altered. Default: what the environment variable ALLOW_INSECURE says.

    Raises:
        UserError: No URL yields the file; the message says how to put it there by hand.
    """
    urls = [urls] if isinstance(urls, str) else list(urls)
    if allow_insecure is None:
        allow_insecure = os.environ.get(ALLOW_INSECURE) == '1'
    for url in urls:
        if not url.startswith('https://') and not allow_insecure:
            raise UserError(
                f'{url} is not fetched: only https is, as http can be altered on the way '
                f'({ALLOW_INSECURE}=1 allows it)'
            )
    name = PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(urls[0]).path)).name
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
            return target  # another process has just fetched it
        for url in urls:
            for _ in range(2):  # a part left by an earlier, altered download is worth a second try
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
        'pretrained weights (--no-pretrained)'
    )


def _download(url: str, part: Path, name: str, allow_insecure: bool) -> None:
    """Fetch a URL into ``part``, from where it ends."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={'User-Agent': 'res2net_mm'})
    if have:
        request.add_header('Range', f'bytes={have}-')
    opener = urllib.request.build_opener(*([] if allow_insecure else [_StayOnHttps]))
    try:
        response = opener.open(request, timeout=CONNECT_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # 416: nothing lies beyond what is there
            raise
        part.unlink()
        return _download(url, part, name, allow_insecure)
    with response, part.open('ab' if response.status == 206 else 'wb') as file:
        have = file.tell()
        length = response.headers.get('Content-Length')
        total = have + int(length) if length else None
        _copy(response, file, name, have, total)
        if total is not None and file.tell() != total:
            raise OSError(f'broke off after {file.tell()} of {total} bytes')


def _copy(response: BinaryIO, file: BinaryIO, name: str, have: int, total: int | None) -> None:
    shown = -1
    while block := response.read(_CHUNK):
        file.write(block)
        have += len(block)
        percent = have * 100 // total if total else -1
        if percent // 10 > shown // 10:
            shown = percent
            print(f'{name}: {percent} % of {total / 1e6:.1f} MB', file=sys.stderr, flush=True)


def hash_fault(path: Path) -> str | None:
    """Return what is wrong with a file whose name carries its hash, or None."""
    named = _HASH.search(path.name)
    return _fault(path, named and named[1])


def _expected_hash(url: str, name: str) -> str | None:
    """Return the first digits of a file's SHA-256, as far as its URL or name tell them."""
    found = _FRAGMENT.match(urllib.parse.urlsplit(url).fragment) or _HASH.search(name)
    return found and found[1]


def _fault(path: Path, expected: str | None) -> str | None:
    if not expected:
        return None
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    found = digest.hexdigest()[: len(expected)]
    if found == expected:
        return None
    return f'SHA-256 begins with {found}, not {expected} as its name says'


class _StayOnHttps(urllib.request.HTTPRedirectHandler):
    """Refuses to be sent from https to http."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not newurl.startswith('https://'):
            raise urllib.error.URLError(f'is redirected to {newurl}, which is not https')
        return super().redirect_request(req, fp, code, msg, headers, newurl)
