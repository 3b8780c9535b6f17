"""The embedded demo set: drawn, not downloaded, in the folder layout of COCO 2017."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from res2net_mm.data.demo.demo_scene import CLASSES, Scene, draw_scene
from res2net_mm.data.demo.drawn_folder import (
    check_numbers,
    draw_folder,
    generator_of,
    write_png,
)

# Raise it whenever the same arguments draw other pixels, so that old folders are drawn anew.
DRAWING = 1


def draw_demo_set(
    root: str | os.PathLike[str], *, train_images: int = 400, val_images: int = 100, seed: int = 0
) -> Path:
    """Draw the demo set into a folder, or leave it alone if it is there already.

    The folder then holds ``annotations/instances_{train,val}2017.json`` (boxes, and masks as
    run-length encodings), the pictures in ``{train,val}2017/``, semantic labels of the same names
    in ``labels/{train,val}2017/`` (0 background, 1 to 5 the classes, 255 ignore), their names in
    ``labels/classes.txt``, and ``demo_set.json``, which says how it was drawn.

    The same arguments give the same pixels and annotations everywhere; image *i* of a split does
    not depend on how many are drawn. PNG bytes are the same for the same OpenCV.

    Args:
        root: The folder to make; its parent is made too.
        train_images: Number of training pictures, at least 1.
        val_images: Number of validation pictures, at least 1.
        seed: 0 or more; another seed draws other scenes.

    Returns:
        ``root`` as a path.

    Raises:
        UserError: A number is out of range, or ``root`` holds something else.
    """
    check_numbers(train_images=train_images, val_images=val_images, seed=seed)
    counts = {'train': train_images, 'val': val_images}

    def draw(folder: Path) -> None:
        for number, (split, count) in enumerate(counts.items()):
            scenes = (draw_scene(generator_of(seed, number, i)) for i in range(count))
            _write_split(folder, f'{split}2017', scenes)
            print(f'demo set: {count} {split} images drawn', flush=True)
        (folder / 'labels/classes.txt').write_text('\n'.join(('background', *CLASSES)) + '\n')

    def complete(folder: Path) -> bool:
        return all(
            (folder / f'annotations/instances_{split}2017.json').is_file()
            and len(list((folder / place).glob('*.png'))) == count
            for split, count in counts.items()
            for place in (f'{split}2017', f'labels/{split}2017')
        )

    manifest = {'drawing': DRAWING, 'seed': seed, 'images': counts, 'classes': list(CLASSES)}
    return draw_folder(root, manifest, draw, complete)


def _write_split(root: Path, split: str, scenes: Iterator[Scene]) -> None:
    image_dir, label_dir = root / split, root / 'labels' / split
    for folder in (image_dir, label_dir, root / 'annotations'):
        folder.mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, scene in enumerate(scenes, start=1):
        name = f'{image_id:06d}.png'
        write_png(image_dir / name, scene.image)
        write_png(label_dir / name, scene.semantic)
        height, width = scene.semantic.shape
        images.append({'id': image_id, 'file_name': name, 'height': height, 'width': width})
        for mask, label in zip(scene.masks, scene.labels, strict=True):
            annotations.append(
                {
                    'id': len(annotations) + 1,
                    'image_id': image_id,
                    'category_id': label + 1,
                    'bbox': cv2.boundingRect(mask.astype(np.uint8)),  # x, y, width, height
                    'area': int(mask.sum()),
                    'iscrowd': 0,
                    'segmentation': _run_lengths(mask),
                }
            )
    content = {
        'info': {'description': f'Demo set of res2net_mm, {split}'},
        'images': images,
        'annotations': annotations,
        'categories': [
            {'id': i, 'name': name, 'supercategory': 'shape'} for i, name in enumerate(CLASSES, 1)
        ],
    }
    (root / f'annotations/instances_{split}.json').write_text(json.dumps(content))


def _run_lengths(mask: npt.NDArray[Any]) -> dict[str, Any]:
    """Return COCO's uncompressed run lengths: column by column, beginning with zeros."""
    flat = np.concatenate([[False], mask.ravel(order='F')])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(np.concatenate([[0], changes, [mask.size]]))
    return {'counts': counts.tolist(), 'size': list(mask.shape)}
