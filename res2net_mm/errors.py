"""The one exception that a user is meant to read, and how its message names parameters."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ON_COMMAND_LINE = ContextVar('on_command_line', default=False)


class UserError(ValueError):
    """An error that the user can fix: a wrong value, a missing file, an unfit environment.

    The message names the parameter, the value and what is allowed, in one or two sentences. A
    command prints it as ``error: <message>`` and exits with status 2; ``--debug`` shows the
    traceback.
    """


@contextmanager
def exit_on_user_error(*, debug: bool = False) -> Iterator[None]:
    """End the program with ``error: <message>`` and status 2 on a UserError.

    An OSError that names a file (no permission, a folder in its place, a full disk) is treated the
    same. Any other exception is a fault of the program and keeps its traceback.

    Args:
        debug: Whether to raise the error, with its traceback.
    """
    for stream in (sys.stdout, sys.stderr):  # a file name may hold what the encoding lacks
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(errors='backslashreplace')
    on_command_line = _ON_COMMAND_LINE.set(True)
    try:
        yield
    except (UserError, OSError) as error:
        text = str(error)
        if isinstance(error, OSError):
            if error.filename is None:
                raise
            text = f'{error.filename!s:.200}: {error.strerror}'
        if debug:
            raise
        print(f'error: {text}', file=sys.stderr)
        sys.exit(2)
    finally:
        _ON_COMMAND_LINE.reset(on_command_line)


def argument(name: str, value: object = None) -> str:
    """Return a parameter as its caller wrote it: ``amp=`` in Python, ``--amp`` for a command.

    Args:
        name: The parameter's name in Python, such as ``work_dir``.
        value: Its value, if the message is to show it; None for the name alone. A boolean is a
            flag on a command line: True is ``--amp``, False is ``--no-pretrained``.
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
    """Return the type and the first line of an error."""
    lines = str(error).strip().splitlines() or ['']
    return f'{type(error).__name__}: {lines[0][:200]}'
