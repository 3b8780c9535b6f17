"""`exec` and `locals` as before Python 3.13, for a setup.py that needs them."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / 'tools/environment/before_313'
SETUP = """
module = 'outside'
def version():
    given = 1
    exec(compile('found = module * given', 'version.py', 'exec'))
    return locals()['found'], locals()['given']
exec('top = module')
exec('module = "kept"', {})
print(*version(), top, module)
"""


def test_what_exec_defines_in_a_function_is_among_its_locals():
    environ = {**os.environ, 'PYTHONPATH': str(FOLDER)}
    command = [sys.executable, '-c', SETUP]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ('outside 1 outside outside\n', '')
