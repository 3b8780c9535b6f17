"""Assign the XML files of a folder in VOC layout to splits: by lists of images, else by folders."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from res2net_mm.formats.boxes.voc.files import VocFiles
from res2net_mm.formats.boxes.voc.lists import VocList, find_lists
from res2net_mm.formats.boxes.voc.paths import folder_of, is_below
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings
from res2net_mm.formats.splits import SPLIT_NAMES, TRAINED_ON, UNNAMED

YEAR = re.compile(r'voc(\d{4})', re.IGNORECASE)

Members = dict[
    str, dict[str, list[str]]
]  # split -> what says so -> XML files; paths below the root


def assign_splits(files: VocFiles, findings: Findings) -> dict[str, tuple[Path, list[str]]]:
    """Return what lists the XML files of each split, and these.

    A list counts for the XML files below the nearest folder around it that has any. Others are of
    the split that their folders name, such as ``train/``, or that those of their images do. XML
    files that no list names are trained on if nothing else is. What lies in a folder called val or
    test is not trained on, whatever lists say.

    Raises:
        UserError: A list in ImageSets cannot be read.
    """
    lists = find_lists(files, findings)
    homes: dict[str, list[str]] = {home: [] for home in sorted(lists, key=len, reverse=True)}
    rest: list[str] = []
    entries = [entry for of in lists.values() for of_split in of.values() for entry in of_split]
    listed = {xml for entry in entries for xml in entry.xmls}
    for xml in [xml for xml in files.xmls if xml not in listed]:
        home = next((home for home in homes if is_below(xml, home)), None)
        (rest if home is None else homes[home]).append(xml)
    left: list[str] = []
    parts = {home: _by_list(files, xmls, lists[home], left) for home, xmls in homes.items()}
    members = _joined(files.root, parts, findings)
    for xml in rest:
        _add(members, files.splits[xml] or UNNAMED, '', xml)
    _place_left(files.root, members, left, findings)
    order = (*SPLIT_NAMES, UNNAMED)
    return {
        split: (_source(files.root, members[split]), _all(members[split]))
        for split in sorted(members, key=order.index)
    }


def _by_list(
    files: VocFiles,
    unlisted: Iterable[str],
    lists: Mapping[str, list[VocList]],
    left: list[str],
) -> Members:
    """Return the XML files of a folder by its lists, and by folders those that no list names.

    Of these, ``left`` gets the ones that no folder assigns to a split without a list.
    """
    members: Members = {}
    for split, entries in lists.items():
        for entry in entries:
            for xml in entry.xmls:
                folder = files.splits[xml]
                held_out = folder in ('val', 'test') and split in TRAINED_ON
                _add(members, str(folder) if held_out else split, entry.file, xml)
    for xml in unlisted:
        folder = files.splits[xml]
        if folder and folder not in lists:
            _add(members, folder, '', xml)
        else:
            left.append(xml)
    return members


def _joined(root: Path, parts: Mapping[str, Members], findings: Findings) -> Members:
    """Return the splits of all folders together.

    Of VOC of several years, train and val are both trained on where there is a test split, as is
    usual since the Faster R-CNN paper (07+12).
    """
    years = [home for home in parts if YEAR.fullmatch(os.path.basename(home))]
    tested = [home for home in years if _all(parts[home].get('test', {}))]
    both = len({os.path.basename(home).lower() for home in years}) > 1 and bool(tested)
    joined: Members = {}
    for home, members in parts.items():
        for split, sources in members.items():
            to_train = both and home in years and split in ('train', 'val')
            for source, xmls in sources.items():
                for xml in xmls:
                    _add(joined, 'trainval' if to_train else split, source, xml)
    if both:
        what = 'years of VOC joined: train and val of all to train on, test to test on'
        findings.add(NOTE, root, what, sorted(years))
    return joined


def _place_left(root: Path, members: Members, left: list[str], findings: Findings) -> None:
    """Train on the XML files in no list if nothing else is trained on; name what is not used."""
    if any(split in TRAINED_ON for split in members):
        what = 'XML files that no list names, not used'
        findings.add(PROBLEM, root, what, left, 'add them to a list, or take them away')
    else:
        what = 'XML files that no list names, to train on, as the lists are not for training'
        findings.add(NOTE, root, what, left)
        for xml in left:
            _add(members, UNNAMED, '', xml)
    fix = 'add them to the split that they belong to, or take them away'
    if UNNAMED in members and not {'train', 'trainval'}.isdisjoint(members):
        loose = _all(members.pop(UNNAMED))
        used = {xml for of in members.values() for xml in _all(of)}
        what = 'XML files of no split, not used beside the splits that are named'
        findings.add(PROBLEM, root, what, [xml for xml in loose if xml not in used], fix)
    if 'train' in members and 'trainval' in members:
        used = {xml for split, of in members.items() if split != 'trainval' for xml in _all(of)}
        unused = [xml for xml in _all(members['trainval']) if xml not in used]
        what = 'XML files of trainval that are neither in train nor in val, not used'
        findings.add(PROBLEM, root, what, unused, fix)


def _add(members: Members, split: str, source: str, xml: str) -> None:
    members.setdefault(split, {}).setdefault(source, []).append(xml)


def _all(sources: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(xml for xmls in sources.values() for xml in xmls))


def _source(root: Path, sources: Mapping[str, list[str]]) -> Path:
    """Return the only list of a split, else the folder of its lists or XML files."""
    lists = [source for source in sources if source]
    if len(lists) == 1:
        return root / lists[0]
    places = {folder_of(path) for path in lists or _all(sources)}
    return root / os.path.commonpath(places)
