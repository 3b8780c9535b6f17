"""Lists of images in a folder in VOC layout: where they lie, and which XML files they name."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.voc.files import VocFiles
from res2net_mm.formats.boxes.voc.paths import (
    alike,
    folder_of,
    folder_parts,
    is_below,
    stem_of,
)
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.splits import TRAINED_ON, UNNAMED, split_named, split_of
from res2net_mm.formats.text_file import read_json, read_lines

SUFFIXES = ('.txt', '.lst', '.json')
WHOLE = ('default', 'all')  # lists of no split; the first as CVAT writes it
OTHER_TASKS = (
    'segmentation',
    'layout',
    'action',
)  # folders in ImageSets that are not about boxes
LAST_WORD = re.compile(r'[\s,;]+[^\s,;]*$')
# Places of lists, the usual first: ImageSets/Main, ImageSets, other folders there, beside
# the folders of images and XML files, elsewhere, where they are about other tasks.
MAIN, SETS, IN_SETS, BESIDE, ELSEWHERE, OTHER = range(6)


@dataclass
class VocList:
    """A list of images.

    Attributes:
        file: Its path below the folder.
        split: What it lists; '' if its name does not tell.
        place: Where it lies, the most usual place being the least.
        whole: Whether it lists the whole split, and not the images of one class.
        xmls: The XML files that it names, each once.
        lost: Its lines that name none.
        several: Its lines that may mean several.
    """

    file: str
    split: str
    place: int
    whole: bool
    xmls: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)


def find_lists(files: VocFiles, findings: Findings) -> dict[str, dict[str, list[VocList]]]:
    """Return the lists to go by: folder for whose XML files they count -> split -> lists.

    That folder is the nearest around a list that has XML files. Of several lists of a split the one
    in the most usual place is taken. Without one, all lists of the images of one class are taken
    together.

    Raises:
        UserError: A list in ImageSets cannot be read.
    """
    holders = {above for xml in files.xmls for above in _above(xml)}
    found: dict[str, list[VocList]] = {}
    unknown = []
    for file in files.others:
        home = next(above for above in _above(file) if above in holders)
        for entry, lines in _read(files, file, home, findings):
            _resolve(entry, lines, files, home)
            if not entry.split:
                unknown += [file] if entry.xmls else []
            elif entry.place < BESIDE or len(entry.xmls) > (0 if entry.whole else len(entry.lost)):
                found.setdefault(home, []).append(entry)
    what = 'lists in ImageSets whose names stand for no split, not used'
    findings.add(NOTE, files.root, what, unknown)
    chosen = {home: _choose(files.root, lists, findings) for home, lists in found.items()}
    for lists in chosen.values():
        entries = [entry for of_split in lists.values() for entry in of_split]
        to_train = [entry for entry in entries if entry.split in TRAINED_ON]
        vain = to_train if not any(entry.xmls for entry in to_train) else []
        for entry in entries:
            path, severity = (
                files.root / entry.file,
                ERROR if entry in vain else PROBLEM,
            )
            fix = 'add their XML files, or take them out of the list'
            findings.add(severity, path, 'images without an XML file, left out', entry.lost, fix)
            what = 'names that several XML files have, left out'
            findings.add(severity, path, what, entry.several, 'write them with their folders')
            if entry in vain and not entry.lost + entry.several:
                fix = 'write the names of images into it, or take it away'
                findings.add(ERROR, path, 'names of images to train on', fix=fix, count=0)
    return chosen


def _read(
    files: VocFiles, file: str, home: str, findings: Findings
) -> Iterator[tuple[VocList, list[str]]]:
    """Yield what may be lists in a file, each with its lines."""
    stem, suffix = os.path.splitext(os.path.basename(file).lower())
    path = files.root / file
    if suffix not in SUFFIXES or not path.is_file():
        return
    place = _place(folder_parts(folder_of(file))[len(folder_parts(home)) :])
    split = split_named(stem) or (UNNAMED if stem in WHOLE else None)
    named = split or split_of(Path(file).stem) or (UNNAMED if stem.endswith('_default') else None)
    try:
        if suffix == '.json':
            if named or 'split' in stem:
                yield from _read_json_lists(path, file)
        elif place < BESIDE or (named and stem not in files.by_stem):  # else labels of an image
            yield VocList(file, named or '', place, split is not None), read_lines(path)
    except UserError as error:
        if place < BESIDE:
            raise
        if suffix != '.json':
            fix = 'save it as UTF-8 if it lists images'
            findings.add(PROBLEM, path, f'a text that is not used: {error}', fix=fix, count=1)


def _read_json_lists(path: Path, file: str) -> Iterator[tuple[VocList, list[str]]]:
    """Yield the lists of a JSON file such as ``{"train": ["a.xml", ...], "test": [...]}``."""
    content = read_json(path)
    for name, entries in content.items() if isinstance(content, dict) else ():
        split = split_named(name)
        if split and isinstance(entries, list) and all(isinstance(e, str) for e in entries):
            yield VocList(file, split, ELSEWHERE, True), entries


def _place(inside: tuple[str, ...]) -> int:
    """Return how usual a place of lists is; ``inside`` leads to it from the folder of the set."""
    match [part.lower() for part in inside]:
        case []:
            return BESIDE
        case ['imagesets']:
            return SETS
        case ['imagesets', 'main']:
            return MAIN
        case ['imagesets', task, *_] if task in OTHER_TASKS:
            return OTHER
        case ['imagesets', *_]:
            return IN_SETS
    return ELSEWHERE


def _resolve(entry: VocList, lines: Iterable[str], files: VocFiles, home: str) -> None:
    """Find the XML file of each line, such as ``000012 -1`` or ``/home/me/my picture.jpg``."""
    xmls: dict[str, None] = {}
    for line in lines:
        text, found = line.strip('"\'').replace('\\', '/'), list[str]()
        while text and not found:
            found = [xml for xml in files.by_stem.get(stem_of(text), ()) if is_below(xml, home)]
            shorter = text if found else LAST_WORD.sub('', text)
            text = text if found else shorter if shorter != text else ''
        if len(found) > 1:
            found = _best(found, text, entry.split, files)
        if len(found) == 1:
            xmls[found[0]] = None
        elif line.strip():
            (entry.several if found else entry.lost).append(line)
    entry.xmls = list(xmls)


def _best(xmls: list[str], text: str, split: str, files: VocFiles) -> list[str]:
    """Return those of several XML files that a path in a list means best."""

    def rank(xml: str) -> tuple[int, bool, bool]:
        given = folder_parts(folder_of(text))[::-1]
        places = (folder_of(xml), folder_of(files.images.get(xml, xml)))
        shared = max(alike(folder_parts(place)[::-1], given) for place in places)
        return shared, files.splits[xml] == split, stem_of(xml, case=True) in text

    ranks = {xml: rank(xml) for xml in xmls}
    return [xml for xml in xmls if ranks[xml] == max(ranks.values())]


def _choose(root: Path, lists: list[VocList], findings: Findings) -> dict[str, list[VocList]]:
    """Return the lists to go by, by split; name those of the same split that say something else."""
    usual = [entry for entry in lists if entry.place != OTHER] or lists
    chosen: dict[str, list[VocList]] = {}
    for split in dict.fromkeys(entry.split for entry in usual):
        of_split = [entry for entry in usual if entry.split == split]
        first, *others = sorted(of_split, key=_order)
        if not first.whole:
            chosen[split] = [entry for entry in of_split if entry.place == first.place]
            continue
        chosen[split] = [first]
        others = [e for e in others if e.whole and {*e.xmls, *e.lost} != {*first.xmls, *first.lost}]
        what = f'lists of the split {split!r} not used beside {first.file}'
        findings.add(PROBLEM, root, what, [e.file for e in others], 'keep one list of each split')
    if len(chosen) > 1:
        chosen.pop(UNNAMED, None)
    return chosen


def _order(entry: VocList) -> tuple[bool, int, int, str]:
    return not entry.whole, entry.place, len(entry.file), entry.file


def _above(file: str) -> Iterator[str]:
    """Yield the folders around a file, the nearest first and the folder of all, '', last."""
    while file:
        file = folder_of(file)
        yield file
