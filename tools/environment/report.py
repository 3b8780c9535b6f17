"""Run the commands of a set-up: progress on the screen, every word of theirs in one log file."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET_SECONDS = 10  # where the output is no terminal, a line of progress this often
TAIL_LINES = 12
_COUNT = re.compile(r'\[\s*(\d+)/(\d+)\]')
_CAUSES = (
    (re.compile(r'No space left on device|Disk quota exceeded'), 'the disk is full'),
    (
        re.compile(
            r'name resolution|Name or service not known|Network is unreachable|NewConnectionError'
            r'|Connection refused|ConnectTimeoutError|ReadTimeoutError|ProxyError|Max retries'
        ),
        'the package index cannot be reached, so check the network or the proxy',
    ),
    (
        re.compile(r'Killed signal terminated program'),
        'the machine ran out of memory: set MAX_JOBS=1',
    ),
)


class SetupError(Exception):
    """Something the person who runs the set-up can mend, said in one sentence."""


class Report:
    """Times the steps, shows how far they are and keeps the log.

    Args:
        log: file that receives the output of every command; appended to.
        stream: where steps and progress are printed.
    """

    def __init__(self, log: Path, stream=None):
        self.log = log
        self.stream = stream or sys.stdout
        self.seconds: dict[str, float] = {}
        self._title = ''
        self._detail = ''
        self._started = 0.0
        self._last_line = 0.0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print what the step was, how long it took and what it came to, once it has succeeded."""
        self._title, self._detail = title, ''
        self._started = self._last_line = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - self._started
        self._print(f'{title:<22} {duration(self.seconds[title]):>6}  {self._detail}'.rstrip())

    def say(self, sentence: str) -> None:
        """Print a sentence on a line of its own, in the log as well."""
        self._print(sentence)
        with self.log.open('a', encoding='utf-8') as log:
            log.write(f'## {sentence}\n')

    def set_detail(self, detail: str) -> None:
        """Say what the running step came to; printed when it ends."""
        self._detail = detail

    def run(
        self, command: list, *, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> str:
        """Run a command to its end and return its output; `[done/total]` in it is shown meanwhile.

        Raises:
            SetupError: the command failed; names the step, the likely cause and the log.
        """
        command = [str(word) for word in command]
        with self.log.open('a', encoding='utf-8') as log:
            log.write(f'## {" ".join(command)}\n')
            log.flush()
            begin = log.tell()
            process = subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                while True:
                    try:
                        process.wait(timeout=0.5)
                        break
                    except subprocess.TimeoutExpired:
                        self._show_progress(begin)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        output = self._read_log(begin)
        if process.returncode:
            cause = next((why for sign, why in _CAUSES if sign.search(output)), '')
            where = f'(exit status {process.returncode}, full log: {self.log})'
            if cause:
                raise SetupError(f'{self._title} failed: {cause} {where}.')
            tail = '\n'.join(f'  | {line}' for line in output.splitlines()[-TAIL_LINES:])
            raise SetupError(f'{self._title} failed {where}; its last lines:\n{tail}')
        return output

    def _show_progress(self, begin: int) -> None:
        now = time.monotonic()
        on_terminal = self.stream.isatty()
        if not on_terminal and now - self._last_line < QUIET_SECONDS:
            return
        self._last_line = now
        counts = _COUNT.findall(self._read_log(begin))
        count = f' [{int(counts[-1][0]):>3}/{counts[-1][1]}]' if counts else ''
        line = f'{self._title}{count} {duration(now - self._started)}'
        if on_terminal:
            self.stream.write(f'\r\033[K{line}')
            self.stream.flush()
        else:
            self._print(line)

    def _read_log(self, begin: int) -> str:
        with self.log.open('rb') as log:
            log.seek(begin)
            return log.read().decode('utf-8', errors='replace')

    def _print(self, line: str) -> None:
        clear = '\r\033[K' if self.stream.isatty() else ''
        print(f'{clear}{line}', file=self.stream, flush=True)


def duration(seconds: float) -> str:
    """Return `12s` or `1m12s`."""
    minutes, seconds = divmod(round(seconds), 60)
    return f'{minutes}m{seconds:02}s' if minutes else f'{seconds}s'
