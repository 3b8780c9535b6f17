"""Find the XML files of a folder in VOC layout and the image of each, wherever both lie."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.label_files import begins_like
from res2net_mm.formats.boxes.xml_file import read_xml
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import IMAGE_SUFFIXES, paths_below
from res2net_mm.formats.splits import split_named, split_of

ROOT_ELEMENT = r'<annotation[\s/>]'
SUFFIXES = {'xml', *(suffix[1:] for suffix in IMAGE_SUFFIXES)}
SAMPLE = 100  # files that are looked at to know a layout
IMAGE_DIRS = ('jpegimages', 'images', 'image', 'imgs', 'img')
#: Parts of the names of folders whose pictures are labels or drawings, and no photographs.
NO_IMAGES = re.compile('mask|segm|trimap|label|anno|depth|visual|ground')


# How near the folder of an image is to that of an XML file (``_nearness``), and whether their names
# are the same to the letter.
Near = tuple[bool, bool, int, int, bool, bool]


@dataclass
class VocFiles:
    """XML files and their images; all paths are below the folder, with slashes.

    Attributes:
        root: The folder.
        images: XML file -> its image, in the order of the XML files.
        alone: XML files without an image.
        others: All other files.
    """

    root: Path
    images: dict[str, str] = field(default_factory=dict)
    alone: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @cached_property
    def by_stem(self) -> dict[str, list[str]]:
        """XML files by their own and their images' names without suffix, in lower case."""
        found: dict[str, list[str]] = defaultdict(list)
        for xml in self.xmls:
            for name in {stem_of(xml), stem_of(self.images.get(xml, xml))}:
                found[name].append(xml)
        return found

    @property
    def xmls(self) -> list[str]:
        """All XML files, in order."""
        return sorted((*self.images, *self.alone))

    @cached_property
    def splits(self) -> dict[str, str | None]:
        """The split that the folders of each XML file name, else those of its image."""
        in_xml, in_images = FolderSplits(self.images), FolderSplits(self.images.values())
        splits = {xml: in_xml.of(xml) or in_images.of(at) for xml, at in self.images.items()}
        return splits | {xml: in_xml.of(xml) for xml in self.alone}


class FolderSplits:
    """The splits that the folders of files stand for.

    Args:
        files: All of them, by their paths. A word of the name of a folder counts only where some
            files lie outside: ``Test project`` around them all is no split.
    """

    def __init__(self, files: Iterable[str]) -> None:
        folders = {folder_of(file) for file in files}
        self.shared = len(folder_parts(os.path.commonpath(folders))) if folders else 0
        self.known: dict[str, str | None] = {}

    def of(self, file: str) -> str | None:
        """Return the split of a file, by the nearest folder that names one."""
        folder = folder_of(file)
        if folder not in self.known:
            parts = folder_parts(folder)
            words = (split_of(part) for part in reversed(parts[self.shared :]))
            names = (*map(split_named, reversed(parts)), *words)
            self.known[folder] = next(filter(None, names), None)
        return self.known[folder]


def find_voc_files(root: Path, findings: Findings) -> VocFiles | None:
    """Return the XML files of a folder and their images, None where it has none of VOC's.

    The image has the name of the XML file. Of several it is the one beside it, else the one whose
    folders are most like those of the XML file; else the image that its ``<filename>`` names.

    Args:
        root: The folder.
        findings: Gets files that are not used, and images that were guessed.
    """
    files = paths_below(root)
    xmls = _xml_files(root, files)
    if not any(is_voc(root / xml) for xml in _sample(xmls)):
        return None
    taken = set(xmls)
    others = [file for file in files if file not in taken]
    images = _Images(root, others, xmls)
    alone = [xml for xml in xmls if not images.give(xml, stem_of(xml, case=True))]
    strange, renamed = set(images.strange), {}
    for xml in alone:
        try:
            top, _ = read_xml(root / xml)
        except UserError:
            continue  # said where it is needed
        if top.tag.lower() != 'annotation':
            strange.add(xml)
        elif name := (top.findtext('filename') or '').replace('\\', '/').rpartition('/')[2]:
            renamed[xml] = images.give(xml, stem_of(name, case=True), free=True)
    pairs = dict(sorted((xml, image) for image, (xml, _) in images.owners.items()))
    alone = [xml for xml in alone if xml not in pairs and xml not in strange]
    if not pairs and not alone:
        return None
    what = 'XML files whose image another XML file is about, too, not used'
    findings.add(PROBLEM, root, what, images.second, 'keep one XML file for each image')
    what = 'XML files with another root element than <annotation>, not used'
    findings.add(NOTE, root, what, sorted(strange))
    what = 'XML files named otherwise than their image, found by <filename>'
    findings.add(
        NOTE, root, what, [f'{xml}: {at}' for xml, at in pairs.items() if renamed.get(xml)]
    )
    what = 'XML files that several images fit, read for the first of them'
    several = [
        f'{xml}: {" or ".join(images.several[xml])}' for xml in pairs if xml in images.several
    ]
    findings.add(PROBLEM, root, what, several, 'keep one image of each name')
    findings.add(NOTE, root, 'images without an XML file, not used', images.bare())
    return VocFiles(root, pairs, alone, others)


def holds_voc(root: Path) -> bool:
    """Return whether one of the first XML files of a folder is VOC's."""
    return any(is_voc(root / xml) for xml in _sample(_xml_files(root, paths_below(root))))


def is_voc(file: Path) -> bool:
    """Return whether a file begins as VOC's XML files do."""
    return begins_like(file, ROOT_ELEMENT)


def stem_of(path: str, *, case: bool = False) -> str:
    """Return the name of an image or XML file without its suffixes, in lower case by default."""
    name = path.rpartition('/')[2]
    while (parts := name.rpartition('.'))[2].lower() in SUFFIXES and parts[0]:
        name = parts[0]
    return name if case else name.lower()


def folder_of(path: str) -> str:
    """Return the path of the folder that a file lies in."""
    return path.rpartition('/')[0]


def folder_parts(folder: str) -> tuple[str, ...]:
    """Return the names in the path of a folder, none for that of all."""
    return tuple(folder.split('/')) if folder else ()


def is_below(path: str, folder: str) -> bool:
    """Return whether a path leads below a folder; '' is the one of all."""
    return not folder or path.startswith(f'{folder}/')


def alike(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return how many of the first entries are the same, whatever the case."""
    count = 0
    for a, b in zip(ours, theirs, strict=False):
        if a.lower() != b.lower():
            break
        count += 1
    return count


class _Images:
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
            xml: The XML file.
            name: The name of the image, without suffix.
            free: Whether an image that another XML file has does not count.
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

    def bare(self) -> list[str]:
        """Return the images without an XML file that lie among those that have one."""
        places = {folder_of(image) for image in self.owners}
        return [
            file for file in self.files if file not in self.owners and folder_of(file) in places
        ]


def _xml_files(root: Path, files: Iterable[str]) -> list[str]:
    """Return the XML files: those of this suffix, and of none where they begin as VOC's do."""
    found, without = [], defaultdict(list)
    for file in files:
        name = file.rpartition('/')[2].lower()
        if name.endswith('.xml') and not name.endswith('.aux.xml'):  # of map programs
            found.append(file)
        elif '.' not in name:
            without[folder_of(file)].append(file)
    for names in without.values():
        if any(is_voc(root / name) for name in names[:3]):
            found += [name for name in names if (root / name).is_file()]
    return found


def _sample(files: Sequence[str]) -> Iterator[str]:
    """Yield the first files, and the first of each folder."""
    yield from files[:SAMPLE]
    yield from {folder_of(file): file for file in reversed(files)}.values()


@lru_cache(maxsize=4096)
def _nearness(xml_dir: str, image_dir: str) -> tuple[bool, bool, int, int, bool]:
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
    )


def _may_be_of(ours: str | None, theirs: str | None) -> bool:
    """Return whether an XML file in a folder of one split may be about an image in another's."""
    if ours is None or theirs is None or ours == theirs:
        return True
    return 'trainval' in (ours, theirs) and 'test' not in (ours, theirs)


def _by_suffix(file: str) -> tuple[int, int, str]:
    suffix = os.path.splitext(file)[1].lower()
    return IMAGE_SUFFIXES.index(suffix), file.count('/'), file
