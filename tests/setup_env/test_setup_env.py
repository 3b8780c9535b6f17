"""The command of the set-up, on a Python that has nothing installed."""

import subprocess
import sys
from pathlib import Path

SETUP = Path(__file__).resolve().parents[2] / 'tools/setup_env.py'


def test_it_needs_nothing_but_python(tmp_path):
    bare = [sys.executable, '-S', '-E', '-s']  # without site-packages
    missing = subprocess.run([*bare, '-c', 'import numpy'], capture_output=True, text=True)
    assert 'No module named' in missing.stderr
    done = subprocess.run(
        [*bare, str(SETUP), '--help'], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert '--original' in done.stdout
