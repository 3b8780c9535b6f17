"""What `compare` gives to the library."""

from res2net_mm.report.page.parts import Report


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.report.compare_runs',
        'compare a b -o r.html --gt g --images i --names x y --bins 16 --by side '
        '--pictures 2 --bootstrap 5 --ignore-index 0 --classes k',
        returned=Report('', [], []),
    )
    assert given == dict(
        paths=['a', 'b'],
        output='r.html',
        gt='g',
        images='i',
        names=['x', 'y'],
        bins=[16.0],
        bins_by='side',
        pictures=2,
        bootstrap=5,
        ignore_index=0,
        classes=['k'],
        seed=0,
    )
