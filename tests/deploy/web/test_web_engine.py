"""The engine for browsers: taken where it lies, got by npm, checked by its hash."""

import base64
import hashlib
import io
import tarfile

import pytest

from res2net_mm.deploy.web import web_engine as module
from res2net_mm.errors import UserError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder of downloads and the package that counts as published."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w:gz') as archive:
        for name, content in {module._SCRIPT: b'script', module._BINARY: b'binary'}.items():
            entry = tarfile.TarInfo(f'package/dist/{name}')
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    content = buffer.getvalue()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    monkeypatch.setattr(module, 'INTEGRITY', digest)
    monkeypatch.setattr(module, 'cache_folder', lambda: tmp_path / 'cache')
    monkeypatch.setenv('PATH', str(tmp_path / 'bin'))
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'given.tgz').write_bytes(content)
    return tmp_path


def write_npm(folder, script):
    npm = folder / 'bin' / 'npm'
    npm.write_text(f'#!/bin/sh\n{script}\n')
    npm.chmod(0o755)


def test_a_package_that_is_given_is_taken(cache):
    assert module.web_engine(cache / 'given.tgz') == (b'script', b'binary')


def test_npm_gets_it_once(cache):
    write_npm(cache, f'/bin/cp {cache}/given.tgz "$4/{module.PACKAGE}"; echo x >> {cache}/calls')
    assert module.web_engine() == module.web_engine() == (b'script', b'binary')
    assert (cache / 'calls').read_text() == 'x\n'


@pytest.mark.parametrize(
    ('script', 'message'),
    [
        (None, f'neither is npm: put {module.PACKAGE}, which'),
        ('echo "npm ERR! offline" >&2; exit 1', r'npm ERR! offline\): put'),
        ('exit 0', 'no package was written'),
    ],
)
def test_without_it_one_error_says_what_to_do(cache, script, message):
    if script:
        write_npm(cache, script)
    with pytest.raises(UserError, match=message):
        module.web_engine()
    assert not (cache / 'cache' / module.PACKAGE).exists()


def test_another_package_is_refused(cache):
    (cache / 'given.tgz').write_bytes(b'garbage')
    with pytest.raises(UserError, match='its SHA-512 differs'):
        module.web_engine(cache / 'given.tgz')
    with pytest.raises(UserError, match='does not exist'):
        module.web_engine(cache / 'none.tgz')
