"""The cache of built wheels: nothing half, altered or without operators is trusted."""

import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from environment import wheel_cache
from environment.wheel_cache import WheelCache, default_cache, wheel_fault


def make_wheel(path: Path, *, ops: bool = True) -> Path:
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('mmcv/__init__.py', '')
        archive.writestr('mmcv/ops/nms.py', 'x = 1\n' * 500)
        if ops:
            archive.writestr('mmcv/_ext.cpython-311-x86_64-linux-gnu.so', os.urandom(5000))
    return path


@pytest.fixture
def cache(tmp_path):
    return WheelCache(tmp_path / 'cache', 'key')


@pytest.fixture
def kept(cache, tmp_path):
    return cache.store(make_wheel(tmp_path / 'mmcv-1-cp311.whl'))


def test_an_empty_cache_has_neither_wheel_nor_fault(cache):
    assert cache.find() == (None, None)


def test_a_stored_wheel_is_found_and_nothing_else_is_left(cache, kept):
    assert cache.find() == (kept, None)
    assert sorted(entry.name for entry in kept.parent.iterdir()) == [
        'mmcv-1-cp311.whl',
        'mmcv-1-cp311.whl.sha256',
    ]


def test_storing_replaces_what_was_kept(cache, kept, tmp_path):
    newer = cache.store(make_wheel(tmp_path / 'mmcv-2-cp311.whl'))
    assert cache.find() == (newer, None)
    assert not kept.exists()


def truncate(wheel: Path):
    os.truncate(wheel, wheel.stat().st_size // 2)


def alter_one_byte(wheel: Path):
    content = bytearray(wheel.read_bytes())
    content[2000] ^= 1
    wheel.write_bytes(content)


def lose_checksum(wheel: Path):
    wheel.with_name(f'{wheel.name}.sha256').unlink()


def empty_checksum(wheel: Path):
    wheel.with_name(f'{wheel.name}.sha256').write_text('')


@pytest.mark.parametrize('harm', [truncate, alter_one_byte, lose_checksum, empty_checksum])
def test_a_harmed_entry_is_not_trusted(cache, kept, harm):
    harm(kept)
    wheel, fault = cache.find()
    assert wheel is None
    assert 'checksum' in fault


def test_a_wheel_without_operators_is_not_trusted_whatever_its_checksum(cache, tmp_path):
    cache.store(make_wheel(tmp_path / 'mmcv-1-cp311.whl', ops=False))
    wheel, fault = cache.find()
    assert wheel is None
    assert 'no compiled operators' in fault


@pytest.mark.parametrize('harm', [truncate, alter_one_byte])
def test_a_harmed_wheel_is_seen_without_a_checksum_too(tmp_path, harm):
    wheel = make_wheel(tmp_path / 'mmcv.whl')
    assert wheel_fault(wheel) is None
    harm(wheel)
    assert 'archive' in wheel_fault(wheel) or 'damaged' in wheel_fault(wheel)


def test_the_key_tells_apart_what_a_wheel_depends_on(monkeypatch):
    first = ('onedl-mmcv==2.3.6', '2.13.0+cpu', 'cpu')
    keys = {
        wheel_cache.wheel_key(*first),
        wheel_cache.wheel_key('onedl-mmcv==2.3.7', *first[1:]),
        wheel_cache.wheel_key(first[0], '2.13.0+cu130', 'cpu'),
        wheel_cache.wheel_key(*first[:2], 'cuda'),
    }
    monkeypatch.setattr(wheel_cache.sysconfig, 'get_platform', lambda: 'linux-aarch64')
    keys.add(wheel_cache.wheel_key(*first))
    other_python = SimpleNamespace(version_info=SimpleNamespace(major=3, minor=99))
    monkeypatch.setattr(wheel_cache, 'sys', other_python)
    keys.add(wheel_cache.wheel_key(*first))
    assert len(keys) == 6
    assert all('/' not in key and ' ' not in key for key in keys)


def test_the_cache_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert default_cache() == tmp_path / 'res2net_mm'
    monkeypatch.delenv('XDG_CACHE_HOME')
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    assert default_cache() == tmp_path / 'home' / '.cache' / 'res2net_mm'
