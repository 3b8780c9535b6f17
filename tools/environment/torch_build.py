"""Which build of torch fits this machine, and where to get it."""

import threading
import urllib.request

CPU_INDEX = 'https://download.pytorch.org/whl/cpu'
PROBE_SECONDS = 3.0


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
