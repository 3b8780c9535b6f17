"""Conditions on differences by size that a comparison fails: a gate for CI.

A condition such as ``small < -1.0`` fails a comparison when the difference is below -1.0 points
beyond noise: when the upper end of its interval is. So a model compared with its equal fails
``small < 0`` as often as an interval ends below zero by chance: 2.5 % of the time for intervals of
95 %.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from res2net_mm.errors import UserError, argument
from res2net_mm.report.by_size.size_section import EVERY_CLASS
from res2net_mm.report.by_size.verdict import ENOUGH, points
from res2net_mm.report.page.parts import FAILED, PASSED, SKIPPED, Check, Section
from res2net_mm.whole_file import whole_file

_CONDITION = re.compile(
    r'(?:(?P<kind>bbox|segm|regions)\s+)?(?:(?P<score>.*\S)\s+)?(?P<bin>[^\s<>]+)\s*'
    r'(?P<sign>[<>])\s*(?P<limit>[-+]?\d+(?:\.\d+)?)'
)


@dataclass(frozen=True)
class Condition:
    """A condition on the difference of one score in one size bin, in points.

    Attributes:
        kind: ``bbox``, ``segm`` or ``regions``; None for whatever was compared.
        score: Name of the score; None for the main one, which the verdict is on.
        bin: Name of the size bin, or ``all``.
        sign: ``<`` or ``>``.
        limit: In points.
    """

    text: str
    kind: str | None
    score: str | None
    bin: str
    sign: str
    limit: float


def parse_conditions(texts: Sequence[str]) -> list[Condition]:
    """Read conditions such as ``small < -1.0`` or ``segm AR all < 0``."""
    conditions = []
    for text in texts:
        found = _CONDITION.fullmatch(text.strip())
        if found is None:
            raise UserError(
                f'{argument("fail_if", text)} is not a condition such as "small < -1.0" or '
                '"AR all < -0.5": [bbox|segm|regions] [SCORE] SIZE < or > POINTS'
            )
        parts = found.groupdict()
        limit = float(parts.pop('limit'))
        conditions.append(Condition(text=text.strip(), limit=limit, **parts))
    return conditions


def check_conditions(conditions: Sequence[Condition], sections: Sequence[Section]) -> list[Check]:
    """Check each condition in the sections of a report that it is for, for each model."""
    checks: list[Check] = []
    for condition in conditions:
        fit = [s for s in sections if condition.kind in (None, s.name)]
        if not fit:
            raise UserError(
                f'{argument("fail_if", condition.text)}: there are no scores of '
                f'{condition.kind}, only of {", ".join(s.name for s in sections)}'
            )
        for section in fit:
            checks += _check(condition, section)
    return checks


def write_junit(checks: Sequence[Check], file: str | Path) -> None:
    """Write the checks as a test suite that CI servers read."""
    suite = ElementTree.Element('testsuite', name='res2net-mm compare', tests=str(len(checks)))
    for key, outcome in (('failures', FAILED), ('skipped', SKIPPED)):
        suite.set(key, str(sum(check.outcome == outcome for check in checks)))
    for check in checks:
        case = ElementTree.SubElement(suite, 'testcase', classname=check.of, name=check.condition)
        if check.outcome == PASSED:
            ElementTree.SubElement(case, 'system-out').text = check.message
        else:
            tag = 'failure' if check.outcome == FAILED else 'skipped'
            ElementTree.SubElement(case, tag, message=check.message)
    with whole_file(Path(file)) as partial:
        ElementTree.ElementTree(suite).write(partial, encoding='utf-8', xml_declaration=True)


def _check(condition: Condition, section: Section) -> Iterator[Check]:
    """Check a condition in a section, for each model but the first."""
    records = [record for record in section.records if record['class'] == EVERY_CLASS]
    score = condition.score or records[0]['score']
    for key, wanted in (('score', score), ('bin', condition.bin)):
        there = list(dict.fromkeys(record[key] for record in records))
        if wanted not in there:
            raise UserError(
                f'{argument("fail_if", condition.text)}: {wanted!r} is not a {key} of '
                f'{section.title.lower()}; there are {", ".join(there)}'
            )
    for record in records:
        if (record['score'], record['bin']) == (score, condition.bin):
            outcome, message = _judge(condition, record)
            of = f'{section.name}: {record["run_b"]} against {record["run_a"]}'
            yield Check(condition.text, of, outcome, message)


def _judge(condition: Condition, record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the outcome of a condition for one difference, and a sentence on it."""
    if record['difference'] is None:
        return SKIPPED, f'nothing in the ground truth is {condition.bin}'
    if record['objects'] < ENOUGH:
        return SKIPPED, f'{record["objects"]} {condition.bin}: too few to tell'
    low, high, limit = record['low'], record['high'], condition.limit / 100
    failed = high < limit if condition.sign == '<' else low > limit
    message = (
        f'{record["score"]} {condition.bin} {points(record["difference"])} points, interval '
        f'{points(low)} to {points(high)}'
    )
    return (FAILED if failed else PASSED), message
