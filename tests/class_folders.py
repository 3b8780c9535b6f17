"""Tiny folders of images with a class each, made in a test's own temporary folder."""

from pathlib import Path

import cv2
import numpy as np

from res2net_mm.formats import IMAGE_CLASSES, Findings, read_folder


def write_classes(root: Path, classes=('cat', 'dog'), count=5, splits=('train', 'val')) -> Path:
    """``count`` images of different content for each class, in folders of splits if there are."""
    for split in splits or ('',):
        for name in classes:
            write_images(root / split / name, count)
    return root


def write_images(folder: Path, count: int = 5, name: str = '{}.png', seed: int | None = None):
    """Images of 12 x 16 px; their content depends on the seed, by default on the folder's name."""
    folder.mkdir(parents=True, exist_ok=True)
    seed = sum(map(ord, str(folder))) if seed is None else seed
    rng = np.random.default_rng(seed)
    files = [folder / name.format(i) for i in range(count)]
    for file in files:
        pixels = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        file.write_bytes(cv2.imencode(Path(name).suffix.lower(), pixels)[1].tobytes())
    return files


def write_lines(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return file


def read(root: Path, *, stop: bool = False, layout: str | None = None):
    """Return the layout, the splits and the findings of a folder."""
    findings = Findings(stop=stop)
    found = read_folder(root, IMAGE_CLASSES, findings, layout)
    return (*(found or (None, {})), findings)


def content(splits) -> dict:
    """Return split -> class -> the names of its images."""
    found: dict = {}
    for split, part in splits.items():
        for path, name in zip(part.images, part.class_names, strict=True):
            found.setdefault(split, {}).setdefault(name, []).append(path)
    return found


def problems(findings) -> list[str]:
    return [finding.name for finding in findings if finding.severity]
