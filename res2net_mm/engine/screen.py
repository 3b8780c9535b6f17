"""What a run shows: on the screen what a person needs, in the log file everything."""

import io
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from types import FrameType
from typing import Any, TextIO

from mmengine.logging import MMLogger
from mmengine.runner import Runner
from tqdm import tqdm

from res2net_mm.errors import UserError

# What these print, log and warn of goes to the log file, however they are installed; so does what
# any other installed package prints. A user's own modules speak on the screen.
LIBRARIES = {'mmcv', 'mmdet', 'mmengine', 'mmpretrain', 'mmseg', 'pycocotools', 'torch'}
_PASSED_OVER = ('logging', 'mmengine.logging', 'warnings', 'contextlib', __name__)


class LibraryOutput(io.TextIOBase):
    """Stands in for ``sys.stdout``: lines that libraries print go to the log.

    Args:
        screen: Where everything else goes.
    """

    def __init__(self, screen: TextIO) -> None:
        self.screen = screen
        self._lines: list[str] = []  # until there is a logger
        self._partial = ''
        self._logger: MMLogger | None = None

    def write(self, text: str) -> int:
        if not _is_from_library():
            show(self.screen, text)
            return len(text)
        *lines, self._partial = (self._partial + text).split('\n')
        for line in filter(None, lines):
            self.add(line)
        return len(text)

    def flush(self) -> None:
        self.screen.flush()

    def isatty(self) -> bool:
        return self.screen.isatty()

    def add(self, line: str) -> None:
        """Add a line to the log file, now or once there is one."""
        if self._logger is None:
            self._lines.append(line)
        else:
            self._logger.info(line, extra=dict(is_of_library=True))

    def end_line(self) -> None:
        """Add what a library has printed without a line break behind it."""
        line, self._partial = self._partial, ''
        if line:
            self.add(line)

    def log_to(self, logger: MMLogger) -> None:
        """Write what was printed so far, and what follows, to the file of a logger."""
        self._logger = logger
        lines, self._lines = self._lines, []
        for line in lines:
            self.add(line)

    def give_back(self) -> None:
        """Print on stderr what found no log file."""
        print(*self._lines, sep='\n', end='\n' * bool(self._lines), file=sys.stderr)


_OUTPUT: ContextVar[LibraryOutput | None] = ContextVar('library_output', default=None)


@contextmanager
def quiet_screen(*, verbose: bool = False) -> Iterator[None]:
    """Keep what libraries say off the screen: it goes to the log file of the run.

    Errors, our own messages and warnings, results and a line of progress are shown. Where the
    program fails before there is a log file, what libraries said is printed.

    Args:
        verbose: Whether to show everything, as MMEngine does.
    """
    if verbose:
        yield
        return
    output = LibraryOutput(sys.stdout)
    token = _OUTPUT.set(output)
    with redirect_stdout(output), warnings.catch_warnings():
        plain = warnings.showwarning

        def show_warning(text: Any, kind: Any, filename: str, lineno: int, *more: Any) -> None:
            if _is_installed(filename):
                output.add(warnings.formatwarning(text, kind, filename, lineno).rstrip())
            else:
                plain(text, kind, filename, lineno, *more)

        warnings.showwarning = show_warning  # type: ignore[assignment]  # called by position
        try:
            yield
        except (UserError, SystemExit, KeyboardInterrupt):
            raise
        except Exception:
            output.end_line()
            output.give_back()
            raise
        finally:
            output.end_line()
            _OUTPUT.reset(token)


def is_quiet() -> bool:
    """Return whether this code runs under :func:`quiet_screen`."""
    return _OUTPUT.get() is not None


class QuietRunner(Runner):
    """MMEngine's runner; under :func:`quiet_screen` its console shows what a person needs."""

    def build_logger(self, *args: Any, **options: Any) -> MMLogger:
        """Build the logger, and keep libraries' messages below ERROR off its console."""
        logger = super().build_logger(*args, **options)
        output = _OUTPUT.get()
        if output is not None:
            for handler in logger.handlers:
                if type(handler) is logging.StreamHandler:
                    handler.setStream(_Shown(output.screen))
                    handler.setFormatter(_PlainFormatter())
                    handler.addFilter(_is_for_people)
            output.log_to(logger)
        return logger


class _Shown(io.TextIOBase):
    """A stream that writes to the screen above a line of progress."""

    def __init__(self, screen: TextIO) -> None:
        self.screen = screen

    def write(self, text: str) -> int:
        show(self.screen, text)
        return len(text)

    def flush(self) -> None:
        self.screen.flush()


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = '' if record.levelno < logging.WARNING else f'{record.levelname.lower()}: '
        return level + super().format(record).strip('\n')


def show(screen: TextIO, text: str) -> None:
    """Write text to the screen, above a line of progress if there is one."""
    with tqdm.external_write_mode(file=sys.stderr):
        screen.write(text)


def _is_for_people(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.ERROR:
        return True
    return not (getattr(record, 'is_of_library', False) or _is_from_library())


def _is_installed(file: str) -> bool:
    """Return whether a source file is of an installed package other than this one."""
    _, found, path = file.replace('\\', '/').partition('-packages/')
    return bool(found) and not path.startswith('res2net_mm/')


def _is_from_library() -> bool:
    """Return whether a library logs or prints, and no metric its results, going by the stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get('__name__', '')
        if not name.startswith(_PASSED_OVER):
            package = name.split('.')[0]
            if package == 'res2net_mm' or '.evaluation.' in name:
                return False
            return package in LIBRARIES or _is_installed(frame.f_code.co_filename)
        frame = frame.f_back
    return False
