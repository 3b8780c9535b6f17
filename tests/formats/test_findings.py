"""Findings are collected, counted, printed, and stop where they should."""

from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, Severity, describe, first_few
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Faults

FILE = Path('set/a.json')


def test_a_finding_has_a_count_and_a_few_examples():
    findings = Findings()
    findings.add(PROBLEM, FILE, 'boxes without width', ['a', 'b', 'c', 'd'], 'draw them anew')
    (finding,) = findings
    assert (finding.severity, finding.count) == (Severity.PROBLEM, 4)
    assert finding.examples == ('a', 'b', 'c')
    assert str(finding) == 'set/a.json: boxes without width: 4 (a, b, c, ...)'


def test_nothing_found_is_no_finding_unless_its_count_is_given():
    findings = Findings(stop=False)
    findings.add(PROBLEM, FILE, 'boxes without width', [], 'draw them anew')
    assert findings == []
    findings.add(ERROR, FILE, 'boxes that can be used', fix='label some', count=0)
    assert str(findings[0]) == 'set/a.json: boxes that can be used: 0'


@pytest.mark.parametrize('stop', [True, False])
def test_an_error_stops_or_is_collected(stop):
    findings = Findings(stop=stop)
    findings.add(NOTE, FILE, 'images held out', count=2)
    if stop:
        with pytest.raises(UserError, match=r'set/a\.json: images gone: 1 \(a\)\. Fix: get them\.'):
            findings.add(ERROR, FILE, 'images gone', ['a'], 'get them')
    else:
        findings.add(ERROR, FILE, 'images gone', ['a'], 'get them')
        assert [finding.severity for finding in findings] == [NOTE, ERROR]


def test_the_report_has_notes_first_and_a_fix_below_each_problem():
    findings = Findings(stop=False)
    findings.add(ERROR, FILE, 'images gone', ['a'], 'get them')
    findings.add(NOTE, FILE, 'images held out', count=2)
    assert describe(findings) == [
        'note: set/a.json: images held out: 2',
        'PROBLEM set/a.json: images gone: 1 (a)\n    fix: get them',
    ]


def test_examples_are_few_and_short():
    assert first_few(range(5)) == ('0', '1', '2')
    assert first_few(['x' * 2000], 1) == ('x' * 1000 + '...',)


def test_faults_count_an_entry_once_and_say_what_became_of_it():
    faults = Faults('dt.json', 'detections', 4, 'skip')
    faults.add([True, False, True, False], 'have no box', lambda index: f'entry {index}')
    faults.add([True, True, False, False], 'have no score', str)
    faults.add([False, False, False, True], 'reach out', str, keep=True)
    usable, lines = faults.settle()
    assert usable.tolist() == [3]
    assert lines == (
        'dt.json: 2 of 4 detections have no box; left out; the first is entry 0',
        'dt.json: 1 of 4 detections have no score; left out; the first is 1',
        'dt.json: 1 of 4 detections reach out; kept; the first is 3',
    )


def test_faults_stop_once_with_all_of_them():
    faults = Faults('dt.json', 'detections', 2, 'stop')
    faults.add([True, False], 'have no box', str)
    faults.add([False, True], 'reach out', str, stop=False)
    with pytest.raises(UserError) as raised:
        faults.settle()
    assert str(raised.value).splitlines() == [
        'dt.json: 1 of 2 detections have no box; the first is 0',
        'dt.json: 1 of 2 detections reach out; left out; the first is 1',
    ]
    with pytest.raises(UserError, match='on_error must be one of stop, skip'):
        Faults('dt.json', 'detections', 2, 'ignore')
