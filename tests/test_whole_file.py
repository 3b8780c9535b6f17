import pytest

from res2net_mm.whole_file import whole_file, whole_folder, write_text_file


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


def test_text_is_written_in_utf8_to_a_folder_that_is_made(tmp_path):
    written = write_text_file('é\n', tmp_path / 'new/folder/names.txt')
    assert written.read_bytes() == 'é\n'.encode()


@pytest.mark.parametrize('replace', [False, True])
def test_a_folder_takes_its_place_once_it_is_whole(tmp_path, replace):
    target = tmp_path / 'below/set'
    with whole_folder(target, replace=replace) as partial:
        (partial / 'a').write_text('new')
        assert not target.exists()
    assert (target / 'a').read_text() == 'new'
    assert target.stat().st_mode & 0o777 == 0o755
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_with_files_is_replaced_only_where_that_is_said(tmp_path):
    (tmp_path / 'old').write_text('old')

    def write(**options):
        with whole_folder(tmp_path / 'set', **options) as partial:
            (partial / 'new').touch()

    (tmp_path / 'set').mkdir()
    (tmp_path / 'old').rename(tmp_path / 'set/old')
    with pytest.raises(OSError, match='not empty'):
        write()
    assert [path.name for path in (tmp_path / 'set').iterdir()] == ['old']
    write(replace=True)
    assert [path.name for path in (tmp_path / 'set').iterdir()] == ['new']
    assert [path.name for path in tmp_path.iterdir()] == ['set']


def test_a_folder_that_breaks_leaves_nothing(tmp_path):
    def write_half():
        with whole_folder(tmp_path / 'set') as partial:
            (partial / 'a').touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert list(tmp_path.iterdir()) == []
