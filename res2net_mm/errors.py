"""The one exception a user is meant to read, and how its message names parameters and commands."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ON_COMMAND_LINE = ContextVar('on_command_line', default=False)


class UserError(ValueError):
    """Something the user can mend: a wrong value, a missing file, an unfit environment.

    The message is one sentence or two that name the thing, the value and what is allowed or how to
    fix it. The command-line tools print it as ``error: <message>`` and exit with status 2; a
    traceback is shown only with ``--debug``.
    """


@contextmanager
def exit_on_user_error(*, debug: bool = False) -> Iterator[None]:
    """End the program with ``error: <message>`` and status 2 on a UserError.

    So it does on an OSError that names a file (no permission, a folder in its place, a full disk).
    Any other exception is a fault of the program and keeps its traceback.

    Args:
        debug: Whether to let the error through, with its traceback.
    """
    for stream in (sys.stdout, sys.stderr):  # names of files may hold what no terminal shows
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(errors='backslashreplace')
    on_command_line = _ON_COMMAND_LINE.set(True)
    try:
        yield
    except (UserError, OSError) as error:
        is_os = isinstance(error, OSError)
        if debug or (is_os and error.filename is None):
            raise
        said = f'{error.filename!s:.200}: {error.strerror}' if is_os else error
        print(f'error: {said}', file=sys.stderr)
        sys.exit(2)
    finally:
        _ON_COMMAND_LINE.reset(on_command_line)


def argument(name: str, value: object = None) -> str:
    """Name a parameter as its caller wrote it: ``amp=`` in Python, ``--amp`` on a command line.

    Args:
        name: The parameter's name in Python, such as ``work_dir``.
        value: Its value, where the message shows it; None shows the name alone. A truth value is
            a flag on a command line: True is ``--amp``, False is ``--no-pretrained``.
    """
    if not _ON_COMMAND_LINE.get():
        return f'{name}=' if value is None else f'{name}={value!r}'
    flag = name.replace('_', '-')
    if isinstance(value, bool):
        return f'--{flag}' if value else f'--no-{flag}'
    return f'--{flag}' if value is None else f'--{flag} {value}'


def check_choice(name: str, value: object, allowed: Iterable[object]) -> None:
    """Check that a parameter has one of the values it can have.

    Args:
        name: The parameter's name in Python.
        value: Its value.
        allowed: The values it can have.

    Raises:
        UserError: If it has another one.
    """
    allowed = tuple(allowed)
    if value not in allowed:
        raise UserError(f'{argument(name, value)} must be one of {", ".join(map(str, allowed))}')


def brief(error: BaseException) -> str:
    """Return the first line of an error with its kind."""
    lines = str(error).strip().splitlines() or ['']
    return f'{type(error).__name__}: {lines[0][:200]}'
