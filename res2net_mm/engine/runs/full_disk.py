"""A full disk as one error that says what is left and how to go on."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from res2net_mm.errors import UserError, argument

from .latest_checkpoint import latest_whole_checkpoint

_FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG


@contextmanager
def full_disk_is_one_error(work_dir: str) -> Iterator[None]:
    """Raise a UserError in place of the OSError of a full disk while the block runs.

    A log that cannot be written is not reported by itself, since Python would print a traceback
    for each line of it: the checkpoint that cannot be written is what ends the run.

    Args:
        work_dir: Where the run writes; the error names its last whole checkpoint.
    """
    before, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        what = error.filename or f'files in {work_dir}'
        found = latest_whole_checkpoint(work_dir)
        left = f'The last whole checkpoint is {found.path}' if found else 'No checkpoint is there'
        raise UserError(
            f'{what} cannot be written: {error.strerror}. {left}; make room and go on with '
            f'{argument("resume", True)}'
        ) from error
    finally:
        logging.raiseExceptions = before
