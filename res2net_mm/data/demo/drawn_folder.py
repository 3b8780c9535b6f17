"""A folder that the package draws: whole or not there, and drawn once."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from res2net_mm.errors import UserError
from res2net_mm.whole_file import whole_folder

MANIFEST = 'demo_set.json'


def draw_folder(
    root: str | os.PathLike[str],
    manifest: Mapping[str, Any],
    draw: Callable[[Path], None],
    complete: Callable[[Path], bool],
) -> Path:
    """Draw a folder, or leave it alone if it is there already.

    Args:
        root: The folder to make; its parent is made too.
        manifest: Description of the drawing, written to the folder. A folder with another
            description is drawn again.
        draw: Draws everything into a given folder.
        complete: Returns whether all drawn files are still in a given folder.

    Returns:
        ``root`` as a path.

    Raises:
        UserError: ``root`` holds something else.
    """
    root = Path(root)
    if _read_manifest(root) == manifest and complete(root):
        return root
    if root.exists() and not (root / MANIFEST).is_file() and any(root.iterdir()):
        raise UserError(
            f'{root} is not empty and not a demo set (no {MANIFEST} in it): name another folder.'
        )
    with whole_folder(root, replace=True) as partial:
        draw(partial)
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + '\n')
    return root


def generator_of(*numbers: int) -> np.random.Generator:
    """Return the generator of one picture, which gives the same everywhere."""
    return np.random.Generator(np.random.PCG64(numbers))


def check_numbers(**numbers: int) -> None:
    """Raise UserError unless each number of images is at least 1, and ``seed`` at least 0."""
    for name, value in numbers.items():
        least = int(name != 'seed')
        if value < least:
            raise UserError(f'The demo set needs {name} of at least {least}, not {value}.')


def write_png(path: Path, pixels: npt.NDArray[Any]) -> None:
    """Write a picture, (H, W) or (H, W, 3) uint8 in BGR."""
    if not cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3]):
        raise OSError(f'could not write {path}')


def _read_manifest(root: Path) -> Any:
    try:
        return json.loads((root / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
