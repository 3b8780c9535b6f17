"""A folder that the package draws: whole or not there, and drawn once."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from res2net_mm.errors import UserError

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
        manifest: How it is drawn, which is written into it. A folder with another one is drawn
            anew.
        draw: Draws everything into the folder it is given.
        complete: Takes the folder; returns whether nothing that was drawn is gone.

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
    root.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f'.{root.name}.', dir=root.parent))
    try:
        draw(partial)
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + '\n')
        partial.chmod(0o755)  # mkdtemp makes it private
        if root.exists():
            shutil.rmtree(root)
        partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
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
