"""Find the XML files of a folder in VOC layout and the image of each, wherever both lie."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.voc.images import Images, is_voc
from res2net_mm.formats.boxes.voc.paths import FolderSplits, folder_of, stem_of
from res2net_mm.formats.boxes.xml_file import read_xml
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import paths_below

SAMPLE = 100  # files that are looked at to know a layout


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
    images: dict[str, str]
    alone: list[str]
    others: list[str]

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


def find_voc_files(root: Path, findings: Findings) -> VocFiles | None:
    """Return the XML files of a folder and their images, None where it has none of VOC's.

    The image has the name of the XML file. Of several it is the one beside it, else the one whose
    folders are most like those of the XML file; else the image that its ``<filename>`` names.
    """
    files = paths_below(root)
    xmls = _xml_files(root, files)
    if not any(is_voc(root / xml) for xml in _sample(xmls)):
        return None
    taken = set(xmls)
    others = [file for file in files if file not in taken]
    images = Images(root, others, xmls)
    without = [xml for xml in xmls if not images.give(xml, stem_of(xml, case=True))]
    strange, renamed = set(images.strange), {}
    for xml in without:
        try:
            top, _ = read_xml(root / xml)
        except UserError:
            continue  # said where it is needed
        if top.tag.lower() != 'annotation':
            strange.add(xml)
        elif name := (top.findtext('filename') or '').replace('\\', '/').rpartition('/')[2]:
            renamed[xml] = images.give(xml, stem_of(name, case=True), free=True)
    pairs = images.pairs()
    known = {*pairs, *strange, *images.second}
    alone = [xml for xml in xmls if xml not in known]
    copies = _copies(root, pairs)
    pairs = {xml: image for xml, image in pairs.items() if xml not in copies}
    if not pairs and not alone:
        return None
    what = 'XML files whose image another XML file is about, too, not used'
    findings.add(PROBLEM, root, what, images.second, 'keep one XML file for each image')
    what = 'XML files that are copies of others, and their images too, not used'
    findings.add(PROBLEM, root, what, sorted(copies), 'take the copies away')
    what = 'XML files with another root element than <annotation>, not used'
    findings.add(NOTE, root, what, sorted(strange))
    what = 'XML files named otherwise than their image, found by <filename>'
    by_filename = [f'{xml}: {image}' for xml, image in pairs.items() if renamed.get(xml)]
    findings.add(NOTE, root, what, by_filename)
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


def _copies(root: Path, pairs: Mapping[str, str]) -> set[str]:
    """Return the XML files of one split that equal another's, and whose images are as large.

    Archives often hold everything twice. Of two the one in fewer folders is no copy.
    """
    splits = FolderSplits(pairs)
    named: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for xml in sorted(pairs, key=lambda xml: (xml.count('/'), xml)):
        named[xml.rpartition('/')[2], splits.of(xml)].append(xml)
    copies = set()
    for xmls in named.values():
        seen = set()
        for xml in xmls if xmls[1:] else ():
            try:
                content = (root / xml).read_bytes(), (root / pairs[xml]).stat().st_size
            except OSError:
                continue  # said where it is needed
            if content in seen:
                copies.add(xml)
            seen.add(content)
    return copies


def _sample(files: Sequence[str]) -> Iterator[str]:
    """Yield the first files, and the first of each folder."""
    yield from files[:SAMPLE]
    yield from {folder_of(file): file for file in reversed(files)}.values()
