"""Time and memory of reading and checking a folder of COCO's size, which is drawn for it."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from lab.evaluation_speed import HEIGHT, WIDTH, draw
from lab.process_cost import Cost, run_apart
from res2net_mm.data import recognise
from res2net_mm.data.checks.check_data import check_data
from res2net_mm.data.conversion.convert_data import convert_data
from res2net_mm.errors import UserError, exit_on_user_error
from res2net_mm.formats.text_file import write_json_lists
from res2net_mm.progress import track

VAL = 24  # of so many images one is for validation
PICTURES = 64  # different ones in each split; the others are links to them


def measure_large_folder(
    *,
    images: int = 118_000,
    boxes: int = 860_000,
    classes: int = 80,
    layout: str = 'coco',
    full: bool = True,
    seed: int = 0,
    folder: str | None = None,
    say: Callable[[str], None] = print,
) -> dict[str, Cost]:
    """Draw a folder, read it as training does at its start and as the check does, say how long.

    Args:
        images: Number of images, of 640x480 px; one of 24 is for validation.
        boxes: Number of boxes.
        classes: Number of classes.
        layout: ``coco``, or one that ``convert-data`` writes.
        full: Whether to run the full check, too, which decodes every image.
        seed: Of the boxes.
        folder: Where to draw; by default a temporary folder.
        say: Gets the figures.

    Raises:
        UserError: A number is too small.
    """
    if images < 2 * VAL or boxes < images // VAL or classes < 1:
        raise UserError(f'images={images} must be {2 * VAL} or more, and boxes more than 1/{VAL}')
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        root = Path(temporary, 'drawn')
        start = time.perf_counter()
        draw_folder(root, images, boxes, classes, seed=seed)
        if layout != 'coco':
            convert_data(root, Path(temporary, layout), to=layout)
            root = Path(temporary, layout)
        say(
            f'{layout}: {images:,} images, {boxes:,} boxes of {classes} classes, drawn in '
            f'{time.perf_counter() - start:.0f} s'
        )
        jobs = {'start of a training': _read} | ({'full check': _check} if full else {})
        runs = {}
        for title, job in jobs.items():
            runs[title], _ = run_apart(job, root)
            say(f'{title:20} {runs[title]} {images / runs[title].seconds:9,.0f} images/s')
    return runs


def draw_folder(root: Path, images: int, boxes: int, classes: int, *, seed: int = 0) -> None:
    """Draw images and their boxes as in COCO 2017.

    Args:
        root: The folder to make.
        images: Number of images.
        boxes: Number of boxes, each with a polygon.
        classes: Number of classes.
        seed: Of the boxes.
    """
    (root / 'annotations').mkdir(parents=True)
    val = images // VAL, boxes // VAL
    parts = {'val': val, 'train': (images - val[0], boxes - val[1])}
    for number, (split, (count, boxes_of)) in enumerate(parts.items()):
        content, _ = draw(count, boxes_of, classes, 1, iou_type='bbox', seed=seed)
        place = root / f'{split}2017'
        place.mkdir(parents=True)
        for i, image in enumerate(track(content['images'], split, total=count, shown=True)):
            image['file_name'] = f'{i + 1:012}.jpg'
            file = place / image['file_name']
            if i < PICTURES:
                cv2.imwrite(str(file), _picture(seed + PICTURES * number + i))
            else:
                os.link(place / f'{i % PICTURES + 1:012}.jpg', file)
        with (root / f'annotations/instances_{split}2017.json').open('w') as stream:
            write_json_lists(content, stream)


def _picture(seed: int) -> np.ndarray:
    """Return smooth colours, (480, 640, 3) uint8, which make a small file."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def _read(root: Path) -> None:
    recognise(root, root.parent / 'work_dir')


def _check(root: Path) -> None:
    check_data(root, picture=root.parent / 'picture.png')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('--images', type=int, default=118_000)
    parser.add_argument('--boxes', type=int, default=860_000)
    parser.add_argument('--classes', type=int, default=80)
    parser.add_argument('--layout', choices=['coco', 'voc', 'yolo'], default='coco')
    parser.add_argument('--no-full', dest='full', action='store_false', help='no full check')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--folder', metavar='DIR', help='where to draw; default a temporary one')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        measure_large_folder(**args)


if __name__ == '__main__':
    main()
