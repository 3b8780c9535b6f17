"""The interface of a layout: its reader, and the splits of images that it returns."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from res2net_mm.formats.findings import Findings

BOXES = 'boxes'
KEYPOINTS = 'keypoints'
LABEL_MAPS = 'label maps'
IMAGE_CLASSES = 'image classes'

B = TypeVar('B', bound='BoxImages')
L = TypeVar('L', bound='ListedImages')


@dataclass(frozen=True)
class BoxImages:
    """The images of one split with their boxes.

    Attributes:
        file: Source of the labels, for messages.
        image_dir: Folder that the file names of the images are relative to.
        content: The labels as a COCO dict. It must not be changed in place.
        is_copy: Whether ``content`` differs from the content of ``file`` as a COCO file.
        names_from: Source of the class names, as a phrase, such as ``from the XML files``.
    """

    file: Path
    image_dir: Path
    content: dict[str, Any]
    is_copy: bool = False
    names_from: str = ''

    labels = BOXES

    @property
    def labels_by_image(self) -> dict[str, int]:
        """Number of labels of each image, by its path."""
        boxes = Counter(annotation.get('image_id') for annotation in self.content['annotations'])
        return {
            f'{self.image_dir}/{image["file_name"]}': boxes[image.get('id')]
            for image in self.content['images']
        }

    @cached_property
    def image_files(self) -> list[Path]:
        """Paths of the images."""
        return [self.image_dir / image['file_name'] for image in self.content['images']]

    @property
    def is_labelled(self) -> bool:
        """Whether there is any box."""
        return bool(self.content['annotations'])

    @property
    def places(self) -> Sequence[int]:
        """Position of each image in the order in which images are held out for validation."""
        return range(len(self.content['images']))

    def subset(self: B, wanted: Callable[[int, Path], bool]) -> B:
        """Return the part whose images satisfy ``wanted(index, file)``."""
        pairs = zip(self.content['images'], self.image_files, strict=True)
        images = [image for index, (image, file) in enumerate(pairs) if wanted(index, file)]
        ids = {image['id'] for image in images if 'id' in image}
        annotations = [a for a in self.content['annotations'] if a.get('image_id') in ids]
        content = {**self.content, 'images': images, 'annotations': annotations}
        return replace(self, content=content, is_copy=True)


@dataclass(frozen=True)
class KeypointImages(BoxImages):
    """The images of one split with the boxes and keypoints of their objects.

    ``content`` is as COCO's files of keypoints have it: each annotation has ``bbox`` and
    ``keypoints``, a list of x, y and visibility for each keypoint.
    """

    labels = KEYPOINTS


class ListedImages:
    """Base class of splits with one label for each image.

    Attributes:
        file: File that lists the images, or their folder.
        image_dir: Folder that the paths of the images are relative to.
        images: Paths of the images.
    """

    file: Path
    image_dir: Path
    images: Sequence[str]

    by_image: ClassVar[tuple[str, ...]]  # names of the attributes with an entry for each image

    @property
    def labels_by_image(self) -> dict[str, int]:
        """Number of labels of each image, by its path: always 1."""
        return {f'{self.image_dir}/{name}': 1 for name in self.images}

    @cached_property
    def image_files(self) -> list[Path]:
        """Paths of the images."""
        return [self.image_dir / name for name in self.images]

    @property
    def is_labelled(self) -> bool:
        """Whether there is any image."""
        return bool(self.images)

    @property
    def places(self) -> Sequence[int]:
        """Position of each image in the order in which images are held out for validation."""
        return range(len(self.images))

    def subset(self: L, wanted: Callable[[int, Path], bool]) -> L:
        """Return the part whose images satisfy ``wanted(index, file)``."""
        kept = [index for index, file in enumerate(self.image_files) if wanted(index, file)]
        entries = {name: tuple(getattr(self, name)[i] for i in kept) for name in self.by_image}
        return replace(self, **entries)  # type: ignore[type-var]  # subclasses are dataclasses


@dataclass(frozen=True)
class LabelMapImages(ListedImages):
    """The images of one split with a label map each.

    Attributes:
        file: File that lists the images, or their folder.
        image_dir: Folder that the paths of the images are relative to.
        map_dir: Folder that the paths of the label maps are relative to.
        images: Paths of the images.
        maps: Paths of their label maps, in the same order.
    """

    file: Path
    image_dir: Path
    map_dir: Path
    images: Sequence[str]
    maps: Sequence[str]

    labels = LABEL_MAPS
    by_image = 'images', 'maps'

    @property
    def map_files(self) -> list[Path]:
        """Paths of the label maps."""
        return [self.map_dir / name for name in self.maps]


@dataclass(frozen=True)
class ClassifiedImages(ListedImages):
    """The images of one split with the class of each.

    Attributes:
        file: File that lists the images, or the folder of the class folders.
        image_dir: Folder that the paths of the images are relative to.
        images: Paths of the images.
        class_names: Name of the class of each image, in the same order.
        classes: All classes of the folder in order; some may have no image here.
        names_from: Source of the names, as a phrase, such as ``from the folders``.
    """

    file: Path
    image_dir: Path
    images: Sequence[str]
    class_names: Sequence[str]
    classes: tuple[str, ...]
    names_from: str

    labels = IMAGE_CLASSES
    by_image = 'images', 'class_names'

    @property
    def places(self) -> Sequence[int]:
        """Position of each image within its class, so that every class is held out in part."""
        seen: Counter[str] = Counter()
        places = []
        for name in self.class_names:
            places.append(seen[name])
            seen[name] += 1
        return places


Images = TypeVar('Images', BoxImages, KeypointImages, LabelMapImages, ClassifiedImages)


@dataclass(frozen=True)
class Reader(Generic[Images]):
    """Reader of the folders in one layout.

    Attributes:
        name: Name of the layout in one word, such as ``coco``.
        labels: Kind of labels that it reads: ``BOXES`` (as :class:`BoxImages`), ``KEYPOINTS`` (as
            :class:`KeypointImages`), ``LABEL_MAPS`` (as :class:`LabelMapImages`) or
            ``IMAGE_CLASSES`` (as :class:`ClassifiedImages`).
        looked_for: Description of the layout, for the error about a folder in no known layout.
        is_like: Takes a folder; returns quickly whether it may be in this layout.
        read: Takes a folder and findings; returns the splits by the names of
            :data:`~res2net_mm.formats.splits.SPLIT_NAMES` or ``UNNAMED``, and an empty dict if the
            folder is not in this layout. Raises UserError if it is and cannot be read. Adds a
            finding for labels of its own kind that it does not use.
        label_suffix: Suffix of the label files, such as ``.json``.
        label_start: Regular expression that matches the first 4096 bytes of each label file, and
            of no file in another layout. Labels that no reader has used are found by it.
        title: The layout as it is written in a sentence. Default: the name in capitals.
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
