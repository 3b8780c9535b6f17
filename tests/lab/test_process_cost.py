import time

from lab.process_cost import run_apart


def test_a_job_that_waits_takes_seconds_and_no_computing():
    cost, result = run_apart(time.sleep, 0.3)
    assert result is None
    assert 0.3 <= cost.seconds < 3
    assert cost.cpu < 0.3
    assert 0 < cost.gib < 4
