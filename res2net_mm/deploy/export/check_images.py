"""Images that an export is checked on and calibrated with."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.engine.datasets import require_datasets, use_data_root_variable
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import leaf_datasets
from res2net_mm.openmmlab.single_image import read_image

SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp')
PHOTOGRAPHS = ('astronaut.png', 'coffee.png', 'rocket.jpg')  # which scikit-image ships


def find_images(cfg: Config | None, named: Sequence[str | Path], count: int) -> list[Path]:
    """Return up to ``count`` images: those named, else of the test set, else photographs.

    Args:
        cfg: The config with the test set, None for a backbone of no config.
        named: Images and folders of images.
        count: How many.

    Raises:
        UserError: What is named is not there or there are no photographs.
    """
    if named:
        return list(islice(_in(named), count))
    if cfg is not None:
        with suppress(UserError):
            return images_of(cfg, 'test_dataloader', count)
    try:
        from skimage import data_dir
    except ImportError as error:
        raise UserError(
            'the images of the test set are not there and scikit-image, which ships photographs, '
            'is not installed: name images with --images'
        ) from error
    return [Path(data_dir, name) for name in PHOTOGRAPHS[:count]]


def images_of(cfg: Config, loader: str, count: int) -> list[Path]:
    """Return images of a loader's data set, as far apart in it as can be."""
    use_data_root_variable(cfg)
    require_datasets(cfg, loaders=(loader,))
    dataset = DATASETS.build(next(iter(leaf_datasets(cfg[loader].dataset))))
    chosen = np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int)
    return [Path(dataset.get_data_info(int(i))['img_path']) for i in chosen]


def pixels(cfg: Config, file: Path) -> np.ndarray:
    """Return an image as the test pipeline gives it, (1, 3, H, W), float32, 0..255."""
    return read_image(cfg, file)['inputs'].numpy()[None].astype(np.float32)


def normalised(
    file: Path, mean: Sequence[float], std: Sequence[float], *, to_rgb: bool
) -> np.ndarray:
    """Return an image as a backbone takes it, (1, 3, H, W), float32."""
    image = cv2.imread(str(file))[..., :: -1 if to_rgb else 1]
    image = (image - np.asarray(mean)) / np.asarray(std)
    return image.transpose(2, 0, 1)[None].astype(np.float32)


def with_a_batch(images: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the images one by one, and the first with its mirror image as a batch of two."""
    first = images[0]
    return [*images, np.concatenate([first, first[..., ::-1]])]


def _in(named: Iterable[str | Path]) -> Iterable[Path]:
    for path in map(Path, named):
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not files or not path.exists():
            raise UserError(f'--images {path} is no image and no folder of images')
        for file in files:
            if cv2.imread(str(file)) is None:
                raise UserError(f'--images {file} cannot be read as an image')
            yield file
