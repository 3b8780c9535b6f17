"""A check that raises is a problem; no check can crash the doctor."""

from res2net_mm.doctor.finding import Finding, run_checks


def test_a_check_that_raises_is_a_problem_and_the_others_go_on():
    def broken():
        yield Finding('a', 'first')
        raise RuntimeError('driver gone')

    results = list(run_checks({'x': broken, 'y': lambda: []}))
    assert [(result.part, result.ok) for result in results] == [('a', True), ('x', False)]
    assert 'RuntimeError: driver gone' in str(results[1])
