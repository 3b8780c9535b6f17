"""Give the images of a folder to the XML files that are about them: by name, then by nearness."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from res2net_mm.formats.boxes.label_files import begins_like
from res2net_mm.formats.boxes.voc.paths import (
    FolderSplits,
    alike,
    folder_of,
    folder_parts,
    stem_of,
)
from res2net_mm.formats.image_file import IMAGE_SUFFIXES

ROOT_ELEMENT = r'(?i)<annotation[\s/>]'  # in the first bytes of VOC's XML files
IMAGE_DIRS = ('jpegimages', 'images', 'image', 'imgs', 'img')
#: Parts of the names of folders whose pictures are labels or drawings, and no photographs.
NO_IMAGES = re.compile('mask|segm|trimap|label|anno|depth|visual|ground')
# How near the folder of an image is to that of an XML file (``_nearness``), and whether their names
# are the same to the letter.
Near = tuple[bool, bool, int, int, bool, int, bool]


def is_voc(file: Path) -> bool:
    """Return whether a file begins as VOC's XML files do."""
    return begins_like(file, ROOT_ELEMENT)


class Images:
    """The images of a folder, given to the XML files that are about them.

    Args:
        root: The folder.
        files: What is in it besides XML files.
        xmls: Its XML files.

    Attributes:
        owners: Image -> its XML file, and how near that is.
        second: XML files whose image has another one.
        strange: The same that are none of VOC's.
        several: XML file -> images that fit it equally.
    """

    def __init__(self, root: Path, files: Iterable[str], xmls: Iterable[str]) -> None:
        images = (file for file in files if file.lower().endswith(IMAGE_SUFFIXES))
        self.files = [file for file in images if os.path.isfile(f'{root}/{file}')]
        self.owners: dict[str, tuple[str, Near]] = {}
        self.second: list[str] = []
        self.strange: list[str] = []
        self.several: dict[str, list[str]] = {}
        self._root = root
        self._splits, self._xml_splits = FolderSplits(self.files), FolderSplits(xmls)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for file in self.files:
            self._by_stem[stem_of(file)].append(file)

    def give(self, xml: str, name: str, *, free: bool = False) -> bool:
        """Find the image of an XML file, the nearest of this name; return whether there is one.

        Args:
            xml: Path of the XML file.
            name: Name of the image without its suffix.
            free: Whether to skip images that already have an XML file.
        """
        split, folder = self._xml_splits.of(xml), folder_of(xml)
        near: dict[Near, list[str]] = defaultdict(list)
        for file in self._by_stem.get(name.lower(), ()):
            if _may_be_of(split, self._splits.of(file)) and not (free and file in self.owners):
                nearness = (
                    *_nearness(folder, folder_of(file)),
                    stem_of(file, case=True) == name,
                )
                near[nearness].append(file)
        if not near:
            return False
        nearest = max(near)
        first, *rest = sorted(near[nearest], key=_by_suffix)
        if rest:
            self.several[xml] = [first, *rest]
        this, other = (xml, nearest), self.owners.get(first)
        if other is not None:
            order = sorted((this, other), key=lambda of: (is_voc(self._root / of[0]), of[1]))
            this, loser = order[1], order[0][0]
            (self.second if is_voc(self._root / loser) else self.strange).append(loser)
        self.owners[first] = this
        return True

    def pairs(self) -> dict[str, str]:
        """Return the image of each XML file, in order.

        Where other files of both folders have their partners nearer by, two that are left over are
        of different sets, and their having one name means nothing.
        """
        found = [(xml, image, near[2]) for image, (xml, near) in self.owners.items()]
        nearest: dict[tuple[bool, str], int] = defaultdict(int)
        for xml, image, above in found:
            for key in ((True, folder_of(xml)), (False, folder_of(image))):
                nearest[key] = max(nearest[key], above)
        for xml, image, above in found:
            if above < min(nearest[True, folder_of(xml)], nearest[False, folder_of(image)]):
                del self.owners[image]
        return dict(sorted((xml, image) for image, (xml, _) in self.owners.items()))

    def bare(self) -> list[str]:
        """Return the images without an XML file that lie among those that have one."""
        places = {folder_of(image) for image in self.owners}
        return [
            file for file in self.files if file not in self.owners and folder_of(file) in places
        ]


@lru_cache(maxsize=4096)
def _nearness(xml_dir: str, image_dir: str) -> tuple[bool, bool, int, int, bool, int]:
    """Return how near the folder of an image is to that of an XML file; greater is nearer."""
    ours, theirs = folder_parts(xml_dir), folder_parts(image_dir)
    above = alike(ours, theirs)
    own = theirs[above:]
    return (
        ours == theirs,
        not any(NO_IMAGES.search(part.lower()) for part in own),
        above,
        alike(ours[above:][::-1], own[::-1]),
        any(part.lower() in IMAGE_DIRS for part in own),
        -len(own),
    )


def _may_be_of(ours: str | None, theirs: str | None) -> bool:
    """Return whether an XML file in a folder of one split may be about an image in another's."""
    if ours is None or theirs is None or ours == theirs:
        return True
    return 'trainval' in (ours, theirs) and 'test' not in (ours, theirs)


def _by_suffix(file: str) -> tuple[int, int, str]:
    suffix = os.path.splitext(file)[1].lower()
    return IMAGE_SUFFIXES.index(suffix), file.count('/'), file
