"""The one exception a user is meant to read."""


class UserError(ValueError):
    """Something the user can mend: a wrong value, a missing file, an unfit environment.

    The message is one sentence or two that name the thing, the value and what is allowed or how to
    fix it. The command-line tools print it as ``error: <message>`` and exit with status 2; a
    traceback is shown only with ``--debug``.
    """
