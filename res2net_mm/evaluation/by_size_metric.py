"""Base class of the metrics by object size and by region size."""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import check_bootstrap
from res2net_mm.evaluation.result import Result
from res2net_mm.evaluation.written_results import report_result

R = TypeVar('R', bound=Result)


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

    def report(self, result: R, table: Callable[[R], str], write: Callable[[R, Path], str]) -> R:
        """Add intervals, log the table and write the files, as the arguments of the metric say.

        ``write`` writes the files of a result to a folder and returns what was written.
        """
        folder = self.out_dir
        return report_result(
            result,
            table,
            None if folder is None else lambda scored: write(scored, folder),
            bootstrap=self.bootstrap,
            seed=self.seed,
            say=MMLogger.get_current_instance().info,
        )

    @property
    def out_dir(self) -> Path | None:
        """Where the files go; None where none was given and the run logs to no file."""
        return self._out_dir or work_dir_of(MMLogger.get_current_instance())


def image_name(sample: Mapping[str, Any], otherwise: object) -> str:
    """Return the absolute path of a sample's image, as a report is written elsewhere.

    What is no path of a file stays as it is; a sample without a path is called ``otherwise``.
    """
    name = str(sample.get('img_path') or otherwise)
    return os.path.abspath(name) if os.path.isfile(name) else name


def pixel_data(pixels: Any) -> Any:
    """Return the (C, H, W) tensor of a PixelData or of its dict."""
    return pixels['data'] if isinstance(pixels, Mapping) else pixels.data


def pixel_labels(pixels: Any) -> np.ndarray:
    """Return the (H, W) labels of a PixelData or of its dict."""
    return pixel_data(pixels).squeeze(0).cpu().numpy()  # (1, H, W) -> (H, W)


def work_dir_of(logger: logging.Logger) -> Path | None:
    """Return the work directory of the run that a logger belongs to; None if it writes no file."""
    files = (h.baseFilename for h in logger.handlers if isinstance(h, logging.FileHandler))
    for log in map(Path, files):
        # MMEngine's Runner logs to <work_dir>/<timestamp>/<timestamp>.log
        in_run = log.stem.startswith(log.parent.name)
        return log.parent.parent if in_run else log.parent
    return None
