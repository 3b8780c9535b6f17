"""Which build of torch fits this machine, and where to get it."""

import shutil
import subprocess
import threading
import urllib.request
from pathlib import Path

CPU_INDEX = 'https://download.pytorch.org/whl/cpu'
PROBE_SECONDS = 3.0


def has_nvidia_gpu(devices: Path = Path('/dev')) -> bool:
    """Return whether an NVIDIA GPU can be used here.

    The driver's files under /proc are seen even in containers that were given no GPU, so its device
    files are what counts; `nvidia-smi` finds the GPU where there are none (WSL).
    """
    if any(devices.glob('nvidia[0-9]*')):
        return True
    nvidia_smi = shutil.which('nvidia-smi')
    if not nvidia_smi:
        return False
    try:
        listing = subprocess.run([nvidia_smi, '-L'], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listing.returncode == 0 and listing.stdout.startswith('GPU ')


def is_reachable(index: str = CPU_INDEX, seconds: float = PROBE_SECONDS) -> bool:
    """Return whether `index` answers one request within `seconds`, name look-up included.

    The request runs in a thread that is left behind when time is up: a name look-up cannot be
    interrupted, and a server may send one byte at a time.
    """
    answers = []

    def ask():
        request = urllib.request.Request(f'{index}/torch/', method='HEAD')
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                answers.append(answer.status)
        except (OSError, ValueError):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers == [200]
