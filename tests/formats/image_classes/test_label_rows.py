from pathlib import Path

from class_folders import write_images

from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, NOTE
from res2net_mm.formats.image_classes.label_rows import LabelRow, find_rows, splits_of_rows
from res2net_mm.formats.image_index import ImageIndex

FILE = Path('labels.csv')


def test_rows_are_found_in_their_split(tmp_path):
    write_images(tmp_path / 'train', 2)
    write_images(tmp_path / 'test', 2)
    rows = [LabelRow(FILE, '0', 'cat', 'test'), LabelRow(FILE, '0.png', 'dog', 'train')]
    found = find_rows(ImageIndex(tmp_path), rows, Findings())
    assert [(each.path, each.split) for each in found] == [
        ('test/0.png', 'test'), ('train/0.png', 'train'),
    ]  # fmt: skip


def test_an_image_twice(tmp_path):
    write_images(tmp_path, 2)
    same = [LabelRow(FILE, '0.png', 'cat'), LabelRow(FILE, './0.png', 'cat')]
    findings = Findings()
    assert len(find_rows(ImageIndex(tmp_path), same, findings)) == 1
    assert [finding.severity for finding in findings] == [NOTE]
    findings = Findings(stop=False)
    torn = [same[0], LabelRow(FILE, '0.png', 'dog')]
    assert len(find_rows(ImageIndex(tmp_path), torn, findings)) == 1
    assert [finding.severity for finding in findings] == [ERROR]
    assert '0.png: cat and dog' in str(findings[0])


def test_an_image_in_two_splits_stays_in_both(tmp_path):
    write_images(tmp_path, 2)
    rows = [LabelRow(FILE, '0.png', 'cat', split) for split in ('train', 'val')]
    splits = splits_of_rows(tmp_path, [*rows, LabelRow(FILE, '1.png', 'dog', 'val')], Findings())
    assert {split: part.images for split, part in splits.items()} == {
        'train': ('0.png',), 'val': ('0.png', '1.png'),
    }  # fmt: skip
    assert splits['train'].classes == ('cat', 'dog')
    assert splits['train'].names_from == 'from labels.csv'


def test_images_of_test_that_no_row_names_are_a_note(tmp_path):
    write_images(tmp_path / 'train', 2)
    write_images(tmp_path / 'test', 3)
    findings = Findings()
    splits_of_rows(tmp_path, [LabelRow(FILE, 'train/0.png', 'cat')], findings)
    assert [(f.count, bool(f.severity)) for f in findings] == [(1, True), (3, False)]
