"""One line of progress, in a terminal and elsewhere."""

import io
import re
import sys

from tiny_run import BATCHES, EPOCHS

from res2net_mm.engine.screen import quiet_screen

LINE = r'epoch (\d)/3 (\d+)/18, loss [\d.]+, lr [\d.e-]+, \d+\.\d GiB, \d\d:\d\d left, .*it/s'


def test_plain_lines_at_the_interval_of_the_log(tiny, capsys):
    with quiet_screen():
        tiny(ema=False)
    shown = capsys.readouterr().out
    found = re.findall(f'(?m)^{LINE}$', shown)
    expected = [(str(1 + (n - 1) // BATCHES), str(n)) for n in range(2, EPOCHS * BATCHES + 1, 2)]
    assert found == expected
    assert len(re.findall(r'(?m)^validating 6/6, .*\nacc: [-.\d]+$', shown)) == EPOCHS


def test_a_run_by_iterations_and_one_that_is_resumed(tiny, capsys):
    with quiet_screen():
        tiny(by_epoch=False, ema=False, change={'train_cfg.max_iters': 8})
        tiny(by_epoch=False, ema=False, resume=True)
    lines = re.findall(r'(?m)^training (\d+/\d+), loss', capsys.readouterr().out)
    assert lines == [f'{n}/8' for n in (2, 4, 6, 8)] + [f'{n}/18' for n in (10, 12, 14, 16, 18)]


def test_in_a_terminal_the_line_is_drawn_over_itself(tiny, capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, 'stderr', terminal := Terminal())
    with quiet_screen():
        tiny(ema=False)
    assert not re.search(LINE, capsys.readouterr().out)
    drawn = terminal.getvalue()
    assert 'training 0/18' in drawn
    assert drawn.rstrip(' ').endswith('\r')  # cleared at the end
