"""Where the files of a metric belong."""

import logging
from pathlib import Path


def work_dir_of(logger: logging.Logger) -> Path | None:
    """The folder of the run that this logger belongs to; None if it writes no file."""
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            log = Path(handler.baseFilename)
            # MMEngine's Runner logs to <work_dir>/<timestamp>/<timestamp>.log
            in_run = log.stem.startswith(log.parent.name)
            return log.parent.parent if in_run else log.parent
    return None
