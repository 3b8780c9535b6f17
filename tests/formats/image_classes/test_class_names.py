from class_folders import write_lines

from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.image_classes.class_names import folded, name_classes


def named(root, labels, findings=None):
    labels = labels if isinstance(labels, dict) else {label: ['images'] for label in labels}
    found = name_classes(
        root, labels, {root / 'train.txt'}, Findings() if findings is None else findings
    )
    return found.classes, dict(found.name_of)


def test_names_stand_for_themselves(tmp_path):
    assert named(tmp_path, ['dog', 'cat'])[0] == ('cat', 'dog')


def test_numbers_are_ordered_as_numbers(tmp_path):
    classes, name_of = named(tmp_path, ['10', '9', '02'])
    assert classes == ('2', '9', '10')
    assert name_of['02'] == '2'


def test_a_table_names_numbers_from_0_or_from_1(tmp_path):
    write_lines(tmp_path / 'classes.txt', 'cat', 'dog', 'owl')
    assert named(tmp_path, ['0', '2']) == (('cat', 'dog', 'owl'), {'0': 'cat', '2': 'owl'})
    assert named(tmp_path, ['1', '3'])[1] == {'1': 'cat', '3': 'owl'}


def test_more_classes_than_label_maps_can_have(tmp_path):
    write_lines(tmp_path / 'meta/classes.txt', *(f'class {i}' for i in range(1000)))
    classes, name_of = named(tmp_path, ['0', '999'])
    assert len(classes) == 1000
    assert name_of['999'] == 'class 999'


def test_a_table_gives_names_their_order(tmp_path):
    write_lines(tmp_path / 'classes.txt', 'owl', 'dog', 'cat')
    assert named(tmp_path, ['cat', 'owl'])[0] == ('owl', 'dog', 'cat')


def test_folders_name_numbers_where_each_holds_one_class(tmp_path):
    assert named(tmp_path, {'1': ['dog'], '0': ['cat']})[0] == ('cat', 'dog')
    assert named(tmp_path, {'1': ['x'], '0': ['x']})[0] == ('0', '1')
    assert named(tmp_path, {'1': ['dog', 'x'], '0': ['cat']})[0] == ('0', '1')


def test_a_table_of_most_labels_is_meant_for_all(tmp_path):
    write_lines(tmp_path / 'classes.txt', 'cat', 'dog')
    findings = Findings(stop=False)
    classes, _ = named(tmp_path, ['cat', 'wolf'], findings)
    assert classes == ('cat', 'wolf')
    assert [(finding.severity, finding.examples) for finding in findings] == [(ERROR, ('wolf',))]


def test_negative_numbers_are_no_classes(tmp_path):
    findings = Findings(stop=False)
    classes, name_of = named(tmp_path, ['-1', '0', '1'], findings)
    assert classes == ('0', '1')
    assert '-1' not in name_of
    assert [(finding.severity, finding.examples) for finding in findings] == [(ERROR, ('-1',))]


def test_names_that_may_mean_one_class():
    assert folded('Golden retriever') == folded('golden_retriever') == folded('golden-Retriever ')
    assert folded('cat') != folded('cats')
    assert folded('-') == '-'


def test_a_table_that_does_not_fit_is_said(tmp_path):
    write_lines(tmp_path / 'classes.txt', 'cat', 'dog')
    for labels, severity in ((['0', '7'], ERROR), (['fox', 'wolf'], PROBLEM)):
        findings = Findings(stop=False)
        named(tmp_path, labels, findings)
        assert [finding.severity for finding in findings] == [severity]
        assert findings[0].file.name == 'classes.txt'
    write_lines(tmp_path / 'classes.txt', 'cat', 'cat')
    findings = Findings(stop=False)
    assert named(tmp_path, ['0', '1'], findings)[0] == ('0', '1')
    assert 'twice' in findings[0].name
