"""Gives `exec` and `locals` the meaning that they had before Python 3.13 (PEP 667).

What `exec` defined inside a function was seen by the next `locals()` there. The `setup.py` of
xtcocotools gets its version so. Python imports this file as it starts with the folder on
`PYTHONPATH`.
"""

import builtins
import sys

python_exec = builtins.exec
defined: dict = {}


def exec_for_locals(code, names=None, local_names=None, /, **options) -> None:
    """Execute code; without a namespace in a function, keep what it defines for `locals()`."""
    caller = sys._getframe(1)
    if names is None and caller.f_locals is not caller.f_globals:
        local_names = dict(caller.f_locals)
        python_exec(code, caller.f_globals, local_names, **options)
        defined.update(local_names)
    else:
        names = caller.f_globals if names is None else names
        python_exec(code, names, local_names, **options)


def locals_after_exec() -> dict:
    """Return the caller's variables, and what `exec` has defined."""
    return {**defined, **sys._getframe(1).f_locals}


builtins.exec, builtins.locals = exec_for_locals, locals_after_exec
