"""Tiny folders of images and label maps, in the layouts that users bring."""

from pathlib import Path

import cv2
import numpy as np
from folders import write_image
from PIL import Image

from res2net_mm.formats.label_maps.map_file import voc_colours


def write_mask(path: Path, labels, height: int = 60, width: int = 80, *, palette=False) -> None:
    """A mask of vertical stripes, one for each label; a palette is that of VOC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = np.array(labels)[np.arange(width) * len(labels) // width]
    mask = np.tile(columns, (height, 1)).astype(np.uint16 if max(labels) > 255 else np.uint8)
    if palette:
        picture = Image.fromarray(mask, mode=None).convert('P')
        picture.putdata(mask.ravel().tolist())
        picture.putpalette([c >> shift & 255 for c in voc_colours() for shift in (16, 8, 0)])
        picture.save(path)
    else:
        cv2.imwrite(str(path), mask)


def write_pairs(image_dir: Path, mask_dir: Path, labels=(0, 1, 2), count: int = 5, **options):
    for i in range(count):
        write_image(image_dir / f'{mask_dir.name}_{i}.jpg')
        write_mask(mask_dir / f'{mask_dir.name}_{i}.png', labels, **options)


def write_masked(root: Path, labels=(0, 1, 2), *, names: str | None = None) -> Path:
    """images/{train,val} beside annotations/{train,val}, five images each."""
    for split in ('train', 'val'):
        write_pairs(root / 'images' / split, root / 'annotations' / split, labels)
    if names is not None:
        (root / 'classes.txt').write_text(names)
    return root


def write_voc_masks(home: Path, labels=(0, 15, 20, 255), *, palette=True) -> Path:
    """VOC's layout: three images to train on, two to validate, a sixth without a mask."""
    names = [f'2007_{i:06}' for i in range(6)]
    for name in names[:5]:
        write_image(home / 'JPEGImages' / f'{name}.jpg')
        write_mask(home / 'SegmentationClass' / f'{name}.png', labels, palette=palette)
    write_image(home / f'JPEGImages/{names[5]}.jpg')
    lists = home / 'ImageSets/Segmentation'
    lists.mkdir(parents=True)
    (lists / 'train.txt').write_text('\n'.join([*names[:3], names[5]]))
    (lists / 'val.txt').write_text('\n'.join(names[3:5]))
    return home
