"""The interface of a layout: its reader, and the splits of images that it returns."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from res2net_mm.formats.findings import Findings

BOXES = 'boxes'
LABEL_MAPS = 'label maps'
IMAGE_CLASSES = 'image classes'


@dataclass(frozen=True)
class BoxImages:
    """The images of one split with their boxes.

    Attributes:
        file: Where the labels come from, for messages.
        image_dir: What the file names of the images are relative to.
        content: The labels as a COCO dict; never changed in place.
        is_copy: Whether ``content`` differs from what ``file`` holds as a COCO file.
        names_from: What names the classes, as a phrase, such as ``the XML files``.
    """

    file: Path
    image_dir: Path
    content: dict[str, Any]
    is_copy: bool = False
    names_from: str = ''

    labels = BOXES

    @property
    def labels_by_image(self) -> dict[str, int]:
        """How many labels each image has, by its path."""
        boxes = Counter(annotation.get('image_id') for annotation in self.content['annotations'])
        return {
            f'{self.image_dir}/{image["file_name"]}': boxes[image.get('id')]
            for image in self.content['images']
        }

    @cached_property
    def image_files(self) -> list[Path]:
        return [self.image_dir / image['file_name'] for image in self.content['images']]

    @property
    def is_labelled(self) -> bool:
        return bool(self.content['annotations'])

    @property
    def places(self) -> Sequence[int]:
        """The place of each image in the order in which images are held out."""
        return range(len(self.content['images']))

    def subset(self, wanted: Callable[[int, Path], bool]) -> 'BoxImages':
        """Return the part whose images satisfy ``wanted(index, file)``."""
        pairs = zip(self.content['images'], self.image_files, strict=True)
        images = [image for index, (image, file) in enumerate(pairs) if wanted(index, file)]
        ids = {image['id'] for image in images if 'id' in image}
        annotations = [a for a in self.content['annotations'] if a.get('image_id') in ids]
        content = {**self.content, 'images': images, 'annotations': annotations}
        return replace(self, content=content, is_copy=True)


@dataclass(frozen=True)
class LabelMapImages:
    """The images of one split with a label map each.

    Attributes:
        file: What lists them, a file or the folder of images.
        image_dir: The folder of the images.
        map_dir: The folder of the label maps.
        images: Paths of the images below their folder.
        maps: Paths of their label maps, in the same order.
    """

    file: Path
    image_dir: Path
    map_dir: Path
    images: Sequence[str]
    maps: Sequence[str]

    labels = LABEL_MAPS

    @property
    def labels_by_image(self) -> dict[str, int]:
        """How many labels each image has, by its path: one label map."""
        return dict.fromkeys(map(str, self.image_files), 1)

    @property
    def image_files(self) -> list[Path]:
        return [self.image_dir / name for name in self.images]

    @property
    def map_files(self) -> list[Path]:
        return [self.map_dir / name for name in self.maps]

    @property
    def is_labelled(self) -> bool:
        return bool(self.images)

    @property
    def places(self) -> Sequence[int]:
        """As of :class:`BoxImages`."""
        return range(len(self.images))

    def subset(self, wanted: Callable[[int, Path], bool]) -> 'LabelMapImages':
        """Return the part whose images satisfy ``wanted(index, file)``."""
        kept = [index for index, file in enumerate(self.image_files) if wanted(index, file)]
        images, maps = ([names[i] for i in kept] for names in (self.images, self.maps))
        return replace(self, images=tuple(images), maps=tuple(maps))


@dataclass(frozen=True)
class ClassifiedImages:
    """The images of one split with the class of each.

    Attributes:
        file: What lists them, a file or the folder of the class folders.
        image_dir: The folder of the images.
        images: Paths of the images below it.
        class_names: The name of the class of each, in the same order.
        classes: All classes that the folder names, in order; some may have no image here.
        names_from: What names them, as a phrase, such as ``from the folders``.
    """

    file: Path
    image_dir: Path
    images: Sequence[str]
    class_names: Sequence[str]
    classes: tuple[str, ...]
    names_from: str

    labels = IMAGE_CLASSES

    @property
    def labels_by_image(self) -> dict[str, int]:
        """How many labels each image has, by its path: one class."""
        return {f'{self.image_dir}/{name}': 1 for name in self.images}

    @cached_property
    def image_files(self) -> list[Path]:
        return [self.image_dir / name for name in self.images]

    @property
    def is_labelled(self) -> bool:
        return bool(self.images)

    @property
    def places(self) -> Sequence[int]:
        """As of :class:`BoxImages`, but within the class of each, so that all are held out of."""
        seen: Counter[str] = Counter()
        places = []
        for name in self.class_names:
            places.append(seen[name])
            seen[name] += 1
        return places

    def subset(self, wanted: Callable[[int, Path], bool]) -> 'ClassifiedImages':
        """Return the part whose images satisfy ``wanted(index, file)``."""
        kept = [index for index, file in enumerate(self.image_files) if wanted(index, file)]
        images, names = ([of[i] for i in kept] for of in (self.images, self.class_names))
        return replace(self, images=tuple(images), class_names=tuple(names))


Images = TypeVar('Images', BoxImages, LabelMapImages, ClassifiedImages)


@dataclass(frozen=True)
class Reader(Generic[Images]):
    """How folders in one layout are read.

    Attributes:
        name: The layout in one word, such as ``coco``.
        labels: What it gives: ``BOXES`` in :class:`BoxImages`, ``LABEL_MAPS`` in
            :class:`LabelMapImages`, ``IMAGE_CLASSES`` in :class:`ClassifiedImages`.
        looked_for: Where it looks, as a phrase for people whose folder is in no known layout.
        is_like: Takes a folder; returns quickly whether it may be in this layout.
        read: Takes a folder and findings; returns its splits, by the names of
            :data:`~res2net_mm.formats.splits.SPLIT_NAMES` or ``UNNAMED``, and none where the
            folder is not in this layout. It raises UserError where it is, and cannot be read.
            It names the labels of its own kind that it does not use.
        label_suffix: What the names of its label files end in, such as ``.json``.
        label_start: A regular expression that is found at the beginning of each of them
            (4096 bytes), and not in those of other layouts. By it labels are known that no reader
            has used.
        title: The layout as it is written in a sentence; by default the name in capitals.
    """

    name: str
    labels: str
    looked_for: str
    is_like: Callable[[Path], bool]
    read: Callable[[Path, Findings], dict[str, Images]]
    label_suffix: str = ''
    label_start: str = ''
    title: str = ''

    def __str__(self) -> str:
        return self.title or f'{self.name.upper()} layout'
