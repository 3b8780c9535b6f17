"""A file that is no checkpoint is called what it is."""

import pytest

from res2net_mm.file_kinds import EXPORTED_SUFFIXES, is_exported, what_it_is


@pytest.mark.parametrize(
    ('content', 'says'),
    [
        (b'', 'empty'),
        (b'\0' * 2000, 'zeros'),
        (b'version https://git-lfs.github.com/spec/v1\n', 'Git LFS'),
        (b'<!DOCTYPE html><html>', 'HTML'),
        (b'\x1f\x8b\x08', 'gzip'),
        (b'\x89PNG\r\n', 'image'),
    ],
)
def test_a_file_is_told_by_how_it_begins(content, says, tmp_path):
    file = tmp_path / 'weights.pth'
    file.write_bytes(content)
    assert says in what_it_is(file)


def test_a_file_of_no_known_kind(tmp_path):
    file = tmp_path / 'weights.pth'
    file.write_bytes(b'whatever this is')
    assert what_it_is(file) is None


def test_an_exported_file_is_told_by_its_suffix():
    assert all(is_exported(f'model{suffix}') for suffix in EXPORTED_SUFFIXES.values())
    assert not is_exported('model.pth')
