"""Conditions that fail a comparison: read, judged beyond noise, written for CI servers."""

from xml.etree import ElementTree

import pytest

from res2net_mm.errors import UserError
from res2net_mm.report.gate import check_conditions, parse_conditions, write_junit
from res2net_mm.report.page.parts import Check, Section


def record(size, low, high, *, score='AP', objects=100, of_class='all classes', run='new'):
    difference = None if low is None else (low + high) / 2
    values = dict(difference=difference, low=low, high=high, objects=objects)
    return {'class': of_class, 'bin': size, 'score': score, 'run_a': 'old', 'run_b': run} | values


SECTION = Section(
    name='bbox',
    title='Boxes',
    facts='',
    verdicts=(),
    parts=(),
    records=[
        record('small', -0.05, -0.02),
        record('medium', -0.02, 0.01),
        record('large', 0.02, 0.04),
        record('huge', None, None, objects=0),
        record('few', -0.9, -0.8, objects=19),
        record('all', -0.01, -0.004),
        record('small', -0.001, 0.001, score='AR'),
        record('small', -0.5, -0.4, of_class='person'),
    ],
)


@pytest.mark.parametrize(
    ('condition', 'outcome'),
    [
        ('small < -1.0', 'failed'),
        ('small < -1.9', 'failed'),
        ('small < -2.1', 'passed'),
        ('medium < 0', 'passed'),
        ('AP all < 0', 'failed'),
        ('AP all<-0.5', 'passed'),
        ('AR small < 0', 'passed'),
        ('bbox small < -1', 'failed'),
        ('large > 1.9', 'failed'),
        ('large > 2.1', 'passed'),
        ('huge < 0', 'skipped'),
        ('few < 0', 'skipped'),
    ],
)
def test_a_condition_holds_where_the_whole_interval_is_beyond_the_limit(condition, outcome):
    (check,) = check_conditions(parse_conditions([condition]), [SECTION])
    assert (check.condition, check.of, check.outcome) == (
        condition,
        'bbox: new against old',
        outcome,
    )


@pytest.mark.parametrize('text', ['', 'small', 'small < ', '< 1', 'small = 1', 'small < -1 pt'])
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(UserError, match='is not a condition such as "small'):
        parse_conditions([text])


@pytest.mark.parametrize(
    ('condition', 'message'),
    [
        ('smal < 0', "'smal' is not a bin of boxes; there are small, medium, large"),
        ('AP99 small < 0', "'AP99' is not a score of boxes; there are AP, AR"),
        ('segm small < 0', 'there are no scores of segm, only of bbox'),
    ],
)
def test_what_was_not_scored_is_named(condition, message):
    with pytest.raises(UserError, match=message):
        check_conditions(parse_conditions([condition]), [SECTION])


def test_ci_servers_read_what_came_of_it(tmp_path):
    checks = [
        Check('small < 0', 'bbox: b against a', 'failed', 'AP small −2.0'),
        Check('all < 0', 'bbox: b against a', 'passed', 'AP all 0.0'),
        Check('huge < 0', 'bbox: b against a', 'skipped', 'nothing in the ground truth is huge'),
    ]
    file = tmp_path / 'gate.xml'
    write_junit(checks, file)
    suite = ElementTree.parse(file).getroot()
    assert suite.attrib | {'name': ''} == dict(name='', tests='3', failures='1', skipped='1')
    assert [case.get('name') for case in suite] == ['small < 0', 'all < 0', 'huge < 0']
    assert [child.tag for case in suite for child in case] == ['failure', 'system-out', 'skipped']
    assert suite[0][0].get('message') == 'AP small −2.0'
