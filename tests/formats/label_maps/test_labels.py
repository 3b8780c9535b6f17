"""What label maps mean, and what in them means nothing."""

from pathlib import Path

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.encoding import Encoding
from res2net_mm.formats.label_maps.labels import Labels, black_and_white, check_labels
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels


def census_of(codes, *, colours=False):
    census = LabelCensus()
    array = np.array([codes], np.int32 if colours else np.uint8)
    census.add(Path('a.png'), MapPixels(array, None if colours else GREY))
    return census


def test_the_labels_of_classes():
    labels = Labels(('a', 'b'), 0, 'as given')
    assert (labels.first, labels.last, labels.ignored) == (1, 2, {0, 255})
    labels = Labels(('a', 'b'), 2, 'as given')
    assert (labels.first, labels.last, labels.ignored) == (0, 1, {2})
    white = black_and_white(('a', 'b'), 'as given')
    assert white.encoding.values == {0: 0, 255: 1}
    assert white.source == 'as given: black is a, white is b'


@pytest.mark.parametrize(
    ('encoding', 'census', 'severity', 'words'),
    [
        (Encoding(), census_of([0, 1, 255]), None, ''),
        (Encoding(), census_of([0, 1, 7]), ERROR, 'label 7 in 1 label maps, 1 px, first a.png'),
        (Encoding(values={4: 0, 9: 1}), census_of([4, 9, 255]), None, ''),
        (Encoding(values={4: 0, 9: 1}), census_of([4, 5]), ERROR, 'label 5 in 1'),
        (Encoding(), census_of([0x10203], colours=True), ERROR, 'colour 1,2,3 in 1 label maps'),
        (Encoding(colours={5: 0, 6: 1}), census_of([5, 6, 7], colours=True), ERROR, '0,0,7 in 1'),
        (Encoding(colours={5: 0}), census_of([5] * 99 + [7], colours=True), PROBLEM, '0,0,7 in 1'),
    ],
)
def test_what_means_nothing_is_found(encoding, census, severity, words):
    findings = Findings(stop=False)
    check_labels(Labels(('a', 'b'), 255, 'as given', encoding), census, findings)
    assert [finding.severity for finding in findings] == [severity] * (severity is not None)
    assert words in ''.join(map(str, findings))


def test_what_cannot_be_trained_on_is_refused():
    with pytest.raises(UserError, match='ignore_index=1 is a class'):
        check_labels(Labels(('a', 'b'), 1, 'as given'), census_of([0, 1]), Findings())
    with pytest.raises(UserError, match=r'one class \(as given\)'):
        check_labels(Labels(('a',), 255, 'as given'), census_of([0]), Findings())
