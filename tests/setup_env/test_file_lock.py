"""Two set-ups at once: the second waits."""

import subprocess
import sys
from pathlib import Path

from environment.file_lock import file_lock

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


def test_a_second_set_up_waits_for_the_first(tmp_path):
    path = tmp_path / 'lock'
    code = (
        'import sys; from pathlib import Path; from environment.file_lock import file_lock\n'
        'with file_lock(Path(sys.argv[1]), on_wait=lambda: print("waits", flush=True)):\n'
        '    print("holds", flush=True)'
    )
    with file_lock(path):
        second = subprocess.Popen(
            [sys.executable, '-c', code, str(path)], cwd=TOOLS, stdout=subprocess.PIPE, text=True
        )
        assert second.stdout.readline() == 'waits\n'
        assert second.poll() is None
    assert second.communicate(timeout=10)[0] == 'holds\n'
