import re

from lab.interval_coverage import main, simulate


def test_intervals_of_several_runs_cover_new_trainings_and_those_of_one_run_do_not():
    few = dict(trials=150, draws=150, images=100)
    several = simulate(3, 0.02, **few)
    assert 0.9 <= several.covered <= 1
    assert several.failed <= 0.06
    assert simulate(1, 0.02, **few).covered < 0.8


def test_every_number_of_runs_gets_a_row(capsys):
    main(['--trials', '2'])
    rows = [line for line in capsys.readouterr().out.splitlines() if re.match(r'\s*\d', line)]
    assert len(rows) == 15
