"""Whether this process was started as a command of the package."""

import multiprocessing
import sys
from pathlib import Path

COMMAND = 'res2net-mm'
PACKAGE = Path(__file__).resolve().parent
TOOLS = PACKAGE.parent / 'tools'


def is_command() -> bool:
    """Return whether the running program is ``res2net-mm``, ``-m res2net_mm`` or a file of tools/.

    A command imports PyTorch and MMEngine after it has read its arguments. So ``--help`` answers at
    once, and ``doctor`` runs where the stack is broken. In every other program that imports the
    package, worker processes of a command included, MMEngine knows its names at once.
    """
    if multiprocessing.parent_process() is not None:
        return False
    program = sys.argv[0]
    if program == '-m':  # while Python looks for the module to run
        return sys.orig_argv[sys.orig_argv.index('-m') + 1].split('.')[0] == PACKAGE.name
    path = Path(program)
    return path.stem == COMMAND or path.resolve().parent == TOOLS
