"""Base class of the metrics by object size and by region size."""

import logging
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import check_bootstrap


class BySizeMetric(BaseMetric):
    """A metric that scores in size bins, logs a table and writes files for later comparisons.

    The arguments are those of the metrics.
    """

    def __init__(self, *, bootstrap: int, seed: int, out_dir: str | Path | None, **base: Any):
        super().__init__(**base)
        check_bootstrap(bootstrap)
        self.bootstrap, self.seed = bootstrap, seed
        self._out_dir = None if out_dir is None else Path(out_dir)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the dataset's classes."""
        classes = tuple((self.dataset_meta or {}).get('classes') or ())
        if not classes:
            raise UserError("the dataset names no classes: set metainfo=dict(classes=('...',))")
        return classes

    @property
    def out_dir(self) -> Path | None:
        """Where the files go; None where none was given and the run logs to no file."""
        return self._out_dir or work_dir_of(MMLogger.get_current_instance())


def work_dir_of(logger: logging.Logger) -> Path | None:
    """Return the work directory of the run that a logger belongs to; None if it writes no file."""
    files = (h.baseFilename for h in logger.handlers if isinstance(h, logging.FileHandler))
    for log in map(Path, files):
        # MMEngine's Runner logs to <work_dir>/<timestamp>/<timestamp>.log
        in_run = log.stem.startswith(log.parent.name)
        return log.parent.parent if in_run else log.parent
    return None
