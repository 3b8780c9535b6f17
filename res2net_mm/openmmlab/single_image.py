"""Read one image as the test set of a config has its images read."""

from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dataset import Compose

from .trained_model import find_test_dataset


def read_image(cfg: Config, image: str | Path) -> dict[str, Any]:
    """Return ``inputs``, (3, H, W) and not yet normalised, and ``data_samples``."""
    pipeline = [
        step
        for step in find_test_dataset(cfg).pipeline
        if not (step['type'].startswith('Load') and step['type'].endswith('Annotations'))
    ]
    return Compose(pipeline)(dict(img_path=str(image), img_id=0))
