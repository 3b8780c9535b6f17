import pytest

from res2net_mm.formats.boxes.yolo.label_lines import (
    Line,
    hold_keypoints,
    points_of,
    read_label_file,
)

BOX = [0.5, 0.5, 0.5, 0.25]


def test_lines_and_what_is_wrong_with_the_others(tmp_path):
    (tmp_path / 'a.txt').write_text(
        '\ufeff3 0.5 0.5 .5 2.5e-1\r\n\n1.0\t0 0 1 1 0.5\ncat 0 0 1 1\n0 1 2\n-1 0 0 1 1\n'
        '0.5 0 0 1 1\n0 inf 0 1 1\n0 20 20 10 10\n',
        encoding='utf-8',
    )
    lines, faults = read_label_file(tmp_path / 'a.txt', 'x/a.txt')
    assert lines == [Line(3, [0.5, 0.5, 0.5, 0.25]), Line(1, [0, 0, 1, 1, 0.5])]
    assert faults == [
        'x/a.txt:3: cat 0 0 1 1 (not numbers alone)',
        'x/a.txt:4: 0 1 2 (2 numbers after the class, and a box has 4)',
        'x/a.txt:5: -1 0 0 1 1 (no number of a class)',
        'x/a.txt:6: 0.5 0 0 1 1 (no number of a class)',
        'x/a.txt:7: 0 inf 0 1 1 (not finite)',
        'x/a.txt:8: 0 20 20 10 10 (not shares of the sides)',
    ]
    (tmp_path / 'a.txt').write_bytes(b'\xff')
    lines, (fault,) = read_label_file(tmp_path / 'a.txt', 'a.txt')
    assert not lines
    assert 'not text in UTF-8' in fault


@pytest.mark.parametrize(
    ('lines', 'expected'),
    [
        ([[0.1, 0.2, 2], [0.1, 0.2, 0]], True),
        ([[0.1, 0.2, 2, 0.3, 0.4, 1]], True),
        ([[0.1, 0.2, 0.5]], False),
        ([[0.1, 0.2, 2], [0.1, 0.2, 2, 0.1, 0.2, 2]], False),
        ([[0.1, 0.2]], False),
        ([[]], False),
        ([], False),
    ],
)
def test_keypoints_are_known_by_what_says_how_visible_they_are(lines, expected):
    assert hold_keypoints(Line(0, [*BOX, *more]) for more in lines) is expected


@pytest.mark.parametrize(
    ('values', 'box_only', 'points'),
    [
        (BOX, False, [(0.25, 0.375), (0.75, 0.625)]),
        ([*BOX, 0.9], False, [(0.25, 0.375), (0.75, 0.625)]),
        ([*BOX, 0.1, 0.2], True, [(0.25, 0.375), (0.75, 0.625)]),
        ([*BOX, 0.1, 0.2], False, [(0.5, 0.5), (0.5, 0.25), (0.1, 0.2)]),
        ([*BOX, 0.1, 0.2, 2], False, None),
    ],
)
def test_points_of_a_line(values, box_only, points):
    assert points_of(Line(0, values), box_only=box_only) == points
