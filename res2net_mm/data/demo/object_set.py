"""The embedded demo set for classifiers: a folder for each class, and the size of every object."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from res2net_mm.data.demo.drawn_folder import (
    check_numbers,
    draw_folder,
    generator_of,
    write_png,
)
from res2net_mm.data.demo.object_image import CLASSES, SIDE, SIZES, draw_object, random_size

#: What is written of every picture, in ``objects.csv``.
RECORD = 'objects.csv'
#: Apparent sizes in px at which each object of the validation split is drawn.
VAL_SIZES = (12.0, 15.0, 20.0, 26.0)
assert (VAL_SIZES[0], VAL_SIZES[-1]) == SIZES
# Raise it whenever the same arguments draw other pixels, so that old folders are drawn anew.
DRAWING = 5


class DrawnObject(NamedTuple):
    """A row of ``objects.csv``.

    Attributes:
        file: The picture, below the folder of the set.
        label: The name of its class.
        size: The apparent size of the object in px: the side of a square of its area.
        object: Its number; the validation split has the same object at each of ``VAL_SIZES``.
    """

    file: str
    label: str
    size: float
    object: int


def draw_object_set(
    root: str | os.PathLike[str], *, train_images: int = 8000, val_images: int = 400, seed: int = 0
) -> Path:
    """Draw the set into a folder, or leave it alone if it is there already.

    The folder then holds pictures of 64x64 px in ``{train,val}/<class>/``, ten classes in turn;
    ``objects.csv`` with a row for each (:class:`DrawnObject`); and ``demo_set.json``, which says
    how it was drawn. Sizes are random in train; in val each object comes at all of ``VAL_SIZES``.

    The same arguments give the same pixels everywhere; picture *i* of a split does not depend on
    how many are drawn.

    Args:
        root: The folder to make; its parent is made too.
        train_images: Number of training pictures, at least 1.
        val_images: Number of validation pictures, at least 1.
        seed: 0 or more; another seed draws other pictures.

    Returns:
        ``root`` as a path.

    Raises:
        UserError: A number is out of range, or ``root`` holds something else.
    """
    check_numbers(train_images=train_images, val_images=val_images, seed=seed)
    counts = {'train': train_images, 'val': val_images}

    def draw(folder: Path) -> None:
        for split in counts:
            for name in CLASSES:
                (folder / split / name).mkdir(parents=True)
        with (folder / RECORD).open('w', newline='') as stream:
            record = csv.writer(stream)
            record.writerow(DrawnObject._fields)
            record.writerows(_draw_split(folder, 'train', train_images, seed))
            record.writerows(_draw_split(folder, 'val', val_images, seed))

    def complete(folder: Path) -> bool:
        return (folder / RECORD).is_file() and all(
            len(list((folder / split).glob('*/*.png'))) == count for split, count in counts.items()
        )

    manifest = {
        'drawing': DRAWING,
        'seed': seed,
        'images': counts,
        'classes': list(CLASSES),
        'side': SIDE,
    }
    return draw_folder(root, manifest, draw, complete)


def _draw_split(root: Path, split: str, count: int, seed: int) -> Iterator[DrawnObject]:
    for index in range(count):
        number = index // len(VAL_SIZES) if split == 'val' else index
        label = number % len(CLASSES)
        rng = generator_of(seed, int(split == 'val'), number)
        size = VAL_SIZES[index % len(VAL_SIZES)] if split == 'val' else random_size(rng)
        file = f'{split}/{CLASSES[label]}/{index + 1:06d}.png'
        write_png(root / file, draw_object(rng, label, size))
        yield DrawnObject(file, CLASSES[label], size, number + 1)
    print(f'demo set: {count} {split} images drawn', flush=True)
