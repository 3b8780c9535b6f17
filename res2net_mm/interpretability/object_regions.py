"""Where the objects of images are, from a folder with boxes in any layout or a folder of masks."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from res2net_mm.data.detection.box_folder import recognise
from res2net_mm.errors import UserError, argument
from res2net_mm.formats import existing_folder
from res2net_mm.formats.image_file import shown_size


@dataclass(frozen=True)
class Region:
    """The objects of one image.

    Attributes:
        pixels: (H, W) bool of the image as it is shown.
        name: Their class, None where it is not known.
    """

    pixels: np.ndarray
    name: str | None = None

    @property
    def area(self) -> int:
        """Area in px^2 of the image on disk."""
        return int(self.pixels.sum())


class BoxRegions:
    """The boxes of a folder in any layout of boxes.

    The region of an image is the boxes of the class that its largest box has.

    Raises:
        UserError: The folder is in no known layout.
    """

    def __init__(self, folder: str | Path):
        self.boxes: dict[Path, list[tuple[str, np.ndarray]]] = defaultdict(list)
        with tempfile.TemporaryDirectory() as copies:
            splits = recognise(folder, copies, training=False).own_splits
        for split in splits.values():
            content = split.files.content
            names = {c['id']: str(c['name']) for c in content['categories']}
            ids = [image['id'] for image in content['images']]
            files = dict(zip(ids, map(Path.resolve, split.files.image_files), strict=True))
            for entry in content['annotations']:
                if not entry.get('iscrowd') and entry['image_id'] in files:
                    box = np.array(entry['bbox'], dtype=float)
                    name = names[entry['category_id']]
                    self.boxes[files[entry['image_id']]].append((name, box))
        self.images = sorted(self.boxes)

    def of(self, image: Path) -> Region:
        """Return the region of an image; UserError if it has no box."""
        boxes = self.boxes.get(image.resolve())
        if not boxes:
            raise UserError(
                f'image {image} has no box in the folder that {argument("boxes")} names'
            )
        height, width = shown_size(image)
        largest = max(boxes, key=lambda entry: entry[1][2] * entry[1][3])[0]
        pixels = np.zeros((height, width), dtype=bool)
        for name, (x, y, w, h) in boxes:
            if name == largest:
                pixels[max(0, round(y)) : round(y + h), max(0, round(x)) : round(x + w)] = True
        return Region(pixels, largest)


class MaskRegions:
    """Masks of the images' names in a folder, PNG or JPEG: an object where they are not 0.

    Raises:
        UserError: There is no such folder, or there are no masks in it.
    """

    def __init__(self, folder: str | Path):
        files = sorted(existing_folder(folder).iterdir())
        self.masks: Mapping[str, Path] = {
            file.stem: file for file in files if file.suffix.lower() in ('.png', '.jpg', '.jpeg')
        }
        if not self.masks:
            raise UserError(f'{argument("masks", str(folder))} holds no masks (.png, .jpg)')
        self.images: list[Path] = []

    def of(self, image: Path) -> Region:
        """Return the region of an image; UserError if it has no mask of its size."""
        file = self.masks.get(image.stem)
        mask = None if file is None else cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise UserError(
                f'image {image} has no mask {image.stem}.png in the folder that '
                f'{argument("masks")} names'
            )
        height, width = shown_size(image)
        if mask.shape != (height, width):
            raise UserError(
                f'{file} is {mask.shape[1]} x {mask.shape[0]} px and its image {width} x {height}'
            )
        return Region(np.asarray(mask) > 0)
