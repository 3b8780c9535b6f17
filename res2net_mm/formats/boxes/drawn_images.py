"""Images with the objects drawn on them, gathered from the files of a tool into splits."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, tostring

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.coco_dict import CocoDict
from res2net_mm.formats.boxes.label_files import MALFORMED, split_of_folders
from res2net_mm.formats.boxes.shapes import Point
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings, Severity
from res2net_mm.formats.image_file import Size, read_headers
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.reader import BoxImages
from res2net_mm.formats.splits import UNNAMED

REDRAW = 'draw them anew or delete them'
UNUSED = 'draw them as boxes or polygons where they are to be found, or delete them'


class Drawn(NamedTuple):
    """An object: its class, two corners or a polygon in px, further keys of its annotation."""

    label: str
    points: list[Point]
    is_polygon: bool = False
    more: Mapping[str, Any] = {}


@dataclass
class DrawnImage:
    """An image and what is drawn on it.

    Attributes:
        file: The file that names it.
        path: Where it lies below the root; its name as written where it is not there.
        size: Height and width in px; None to read them from the image.
        objects: What is drawn on it.
    """

    file: Path
    path: str
    size: Size | None = None
    objects: list[Drawn] = field(default_factory=list)


class DrawnImages:
    """All images that the files of a tool name, with their objects.

    Args:
        root: The folder.
        findings: Gets what is not used.
        missing: How much it matters that an image is not there.
        in_shares: Whether points are shares of the image's sides and not in px.
    """

    def __init__(
        self,
        root: Path,
        findings: Findings,
        missing: Severity = ERROR,
        *,
        in_shares: bool = False,
    ) -> None:
        self.root, self.findings, self.missing = root, findings, missing
        self.in_shares = in_shares
        self.index = ImageIndex(root)
        # Split -> path of an image -> each file that names it -> the image.
        self._splits: dict[str, dict[str, dict[Path, DrawnImage]]] = {}
        self._lost: dict[tuple[Path, str], DrawnImage] = {}
        self._left_out: dict[tuple[str, str], list[str]] = defaultdict(list)

    def image(
        self, file: Path, name: Any, size: tuple[Any, Any] | None = None, split: str | None = None
    ) -> DrawnImage:
        """Return an image that a file names, to draw on.

        Args:
            file: The label file.
            name: Name of the image in the label file.
            size: Height and width in px, if the label file has them.
            split: Split of the image. Default: the one that its folders are named after.

        Raises:
            UserError: The name is no text.
        """
        if not isinstance(name, str) or not name:
            raise UserError(f'{file}: {name!r} is not a name of an image.')
        path = self.find(name, split)
        if path is None:
            return self._lost.setdefault((file, name), DrawnImage(file, name))
        split = split or split_of_folders(PurePosixPath(path)) or UNNAMED
        named = self._splits.setdefault(split, {}).setdefault(path, {})
        return named.setdefault(file, DrawnImage(file, path, _usable(size)))

    def find(self, name: str, split: str | None = None) -> str | None:
        """Return the path of the image that a name with or without suffix means, None if none."""
        return self.index.find_stem(name, split)

    def draw(self, image: DrawnImage, entry: Any, read: Callable[[Any], Drawn | str]) -> None:
        """Draw an object on an image.

        Args:
            image: The image to draw on.
            entry: The object as it is in the label file.
            read: Converts the entry. It returns a phrase for an object that is neither a box nor a
                polygon, such as ``objects drawn as line``, and raises one of ``MALFORMED`` if it
                cannot read the entry.
        """
        try:
            drawn = read(entry)
        except (*MALFORMED, UserError):
            what = 'objects that cannot be read, left out'
            self._left_out[what, REDRAW].append(f'{image.path}: {_as_written(entry):.200}')
            return
        if isinstance(drawn, Drawn):
            image.objects.append(drawn)
        else:
            self._left_out[f'{drawn}, not used', UNUSED].append(image.path)

    def as_splits(
        self, classes: Iterable[str] = (), names_from: str = 'from the label files'
    ) -> dict[str, BoxImages]:
        """Return the splits, each image with its objects.

        Args:
            classes: Names of the classes in the tool's order. Classes that are missing from it
                follow in alphabetical order.
            names_from: Source of the names, as in :attr:`BoxImages.names_from`.

        Raises:
            UserError: No image is there, or no file can be read, or findings stop at an error.
        """
        splits = {
            name: [self._one_of(named) for _, named in sorted(images.items())]
            for name, images in sorted(self._splits.items())
        }
        self._name_left_out()
        error = next((finding for finding in self.findings if finding.severity == ERROR), None)
        if error and not splits:
            raise UserError(f'{error}. Fix: {error.fix}.')
        drawn = {o.label for images in splits.values() for image in images for o in image.objects}
        names = list(dict.fromkeys([*classes, *sorted(drawn)]))
        found = {}
        for split, images in splits.items():
            content = CocoDict(names)
            for image, (height, width) in self._with_sizes(images):
                content.add_image(image.path, height, width)
                for label, points, is_polygon, more in image.objects:
                    if self.in_shares:
                        points = [(x * width, y * height) for x, y in points]
                    content.add(label, points, is_polygon=is_polygon, **more)
            files = {image.file for image in images}
            file = files.pop() if len(files) == 1 else Path(os.path.commonpath(files))
            found[split] = BoxImages(file, self.root, content.as_dict(), True, names_from)
        return found

    def _one_of(self, named: Mapping[Path, DrawnImage]) -> DrawnImage:
        """Return the image as the file has it that draws most on it."""
        best = max(named.values(), key=lambda image: len(image.objects))
        for image in named.values():
            if image is not best and image.objects:
                file = image.file.relative_to(self.root).as_posix()
                alike = len(image.objects) == len(best.objects)
                what = f'images of {file} whose objects another file has' + (
                    ', read once' if alike else ' in greater number, which are used'
                )
                self._left_out[what, '' if alike else 'keep one of the files'].append(image.path)
        return best

    def _with_sizes(self, images: Sequence[DrawnImage]) -> Iterator[tuple[DrawnImage, Size]]:
        unsized = [self.root / image.path for image in images if image.size is None]
        headers = read_headers(unsized, 'image sizes')
        unreadable = []
        for image in images:
            header = headers.get(self.root / image.path)
            if isinstance(header, UserError):
                unreadable.append(str(header).rstrip('.'))
            elif size := image.size or (header and header.size):
                yield image, size
        what = 'images without a size in the label files that cannot be read to find it'
        self.findings.add(ERROR, self.root, what, unreadable, 'replace or delete the files')

    def _name_left_out(self) -> None:
        for (what, fix), places in self._left_out.items():
            self.findings.add(PROBLEM if fix else NOTE, self.root, what, places, fix)
        lost = self._lost.values()
        objects = sum(len(image.objects) for image in lost)
        what = f'images that are named and not there, with {objects} objects'
        fix = 'put them into the folder, or delete them from the label files'
        severity = self.missing if self._splits else ERROR
        self.findings.add(severity, self.root, what, [image.path for image in lost], fix)
        used = {path for images in self._splits.values() for path in images}
        what = 'images that no label file names, not used'
        self.findings.add(
            NOTE, self.root, what, [path for path in self.index.all_paths if path not in used]
        )


def class_name(value: Any) -> str:
    """Return a class as text.

    Raises:
        ValueError: It is neither a text nor a whole number, or it is empty.
    """
    name = str(value).strip()
    if not isinstance(value, str | int) or not name:
        raise ValueError('an object without a class')
    return name


def _as_written(entry: Any) -> str:
    return tostring(entry, 'unicode').strip() if isinstance(entry, Element) else repr(entry)


def _usable(size: tuple[Any, Any] | None) -> Size | None:
    """Return height and width as whole numbers; None where they are none or not positive."""
    try:
        height, width = map(int, size or (0, 0))
    except MALFORMED:
        return None
    return (height, width) if height > 0 and width > 0 else None
