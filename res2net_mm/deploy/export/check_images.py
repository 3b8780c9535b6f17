"""The images that an export is checked on, and those that quantisation is calibrated with."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.image_file import IMAGE_SUFFIXES
from res2net_mm.openmmlab.checks import require_datasets, use_data_root_variable
from res2net_mm.openmmlab.edit import leaf_datasets
from res2net_mm.openmmlab.trained_model import read_image

PHOTOGRAPHS = ('astronaut.png', 'coffee.png', 'rocket.jpg')  # of scikit-image


def find_images(
    cfg: Config | None, paths: Sequence[str | Path], count: int, *, name: str = 'images'
) -> list[Path]:
    """Return up to ``count`` images: the given ones, else some of the test set, else photographs.

    ``paths`` are images and folders of images, ``name`` is the parameter that gave them.

    Raises:
        UserError: A path is missing or not an image, or there are no photographs.
    """
    if paths:
        return list(islice(_readable(paths, name), count))
    if cfg is not None and cfg.get('test_dataloader'):
        with suppress(UserError):
            return images_of(cfg, 'test_dataloader', count)
    try:
        import skimage
    except ImportError as error:
        raise UserError(
            'the images of the test set are missing, and so is scikit-image, which has '
            f'photographs: give images ({argument(name)})'
        ) from error
    folder = skimage.data_dir  # type: ignore[attr-defined] # exported when it is first used
    return [Path(folder, name) for name in PHOTOGRAPHS[:count]]


def images_of(cfg: Config, loader: str, count: int) -> list[Path]:
    """Return up to ``count`` images, evenly spread over the data set of a loader, or raise."""
    use_data_root_variable(cfg)
    require_datasets(cfg, loaders=(loader,))
    dataset = DATASETS.build(next(iter(leaf_datasets(cfg[loader].dataset))))
    chosen = np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int)
    return [Path(dataset.get_data_info(int(i))['img_path']) for i in chosen]


def pixels(cfg: Config, file: Path) -> np.ndarray:
    """Return an image as the test pipeline gives it, (1, 3, H, W), float32, 0..255."""
    return np.asarray(read_image(cfg, file)['inputs'].numpy()[None].astype(np.float32))


def normalised(
    file: Path, mean: Sequence[float], std: Sequence[float], *, to_rgb: bool
) -> np.ndarray:
    """Return an image as a backbone takes it, (1, 3, H, W), float32."""
    image = np.asarray(cv2.imread(str(file)))[..., :: -1 if to_rgb else 1]
    image = (image - np.asarray(mean)) / np.asarray(std)
    return image.transpose(2, 0, 1)[None].astype(np.float32)


def with_a_batch(images: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the images, and a batch of the first and its mirror image."""
    return [*images, np.concatenate([images[0], images[0][..., ::-1]])]


def _readable(paths: Sequence[str | Path], name: str) -> Iterator[Path]:
    """Yield the images that the paths name, each found to be readable."""
    for path in map(Path, paths):
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
        if not files or not path.exists():
            raise UserError(
                f'{argument(name, str(path))} is neither an image nor a folder of images'
            )
        for file in files:
            if cv2.imread(str(file)) is None:
                raise UserError(f'{argument(name, str(file))} cannot be read as an image')
            yield file
