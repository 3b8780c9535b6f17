import pytest

from res2net_mm.whole_file import whole_file


def test_takes_the_files_place_and_keeps_the_suffix(tmp_path):
    target = tmp_path / 'sheet.png'
    target.write_text('old')
    with whole_file(target) as partial:
        partial.write_text('new')
        assert partial.suffix == '.png'
        assert target.read_text() == 'old'
    assert target.read_text() == 'new'
    assert list(tmp_path.iterdir()) == [target]


def test_a_broken_write_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / 'result.json'
    target.write_text('old')

    def write_half():
        with whole_file(target) as partial:
            partial.write_text('half')
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_text() == 'old'
    assert list(tmp_path.iterdir()) == [target]
