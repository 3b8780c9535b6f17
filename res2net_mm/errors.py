"""The one exception a user is meant to read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(ValueError):
    """Something the user can mend: a wrong value, a missing file, an unfit environment.

    The message is one sentence or two that name the thing, the value and what is allowed or how to
    fix it. The command-line tools print it as ``error: <message>`` and exit with status 2; a
    traceback is shown only with ``--debug``.
    """


@contextmanager
def exit_on_user_error(*, debug: bool = False) -> Iterator[None]:
    """End the program with ``error: <message>`` and status 2 on a UserError.

    Args:
        debug: Whether to let the error through, with its traceback.
    """
    try:
        yield
    except UserError as error:
        if debug:
            raise
        print(f'error: {error}', file=sys.stderr)
        sys.exit(2)
