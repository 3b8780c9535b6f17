"""A section says so where a bin holds nothing."""

from test_compare import compare


def test_bins_without_objects(drawn, tmp_path):
    report, _ = compare(
        drawn.files,
        tmp_path / 'r.html',
        gt=drawn.gt,
        bins=[('none', 1e7, None)],
        iou_types=['bbox'],
    )
    none, everything = report.sections[0].verdicts[0].cards
    assert (none.tone, none.change, none.detail) == ('nothing', '–', ['0 objects'])
    assert everything.tone != 'nothing'
