"""Folders of images with label maps: finds the label map of every image, by split."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings, first_few
from res2net_mm.formats.label_maps.described import described_places
from res2net_mm.formats.label_maps.lists import split_by_lists
from res2net_mm.formats.label_maps.map_file import LOSSY
from res2net_mm.formats.label_maps.matching import IDS, Matches, match
from res2net_mm.formats.label_maps.tree import (
    IMAGE,
    Tree,
    TreeFile,
    may_hold_label_maps,
    read_tree,
)
from res2net_mm.formats.reader import LABEL_MAPS, LabelMapImages, Reader
from res2net_mm.formats.splits import UNNAMED

LOOKED_FOR = (
    'images/{train,val} beside annotations/{train,val} (or labels, masks, gt, ...), train_images '
    'beside train_masks, or without splits; VOC, Cityscapes and ADE layout; a_mask.png beside a.jpg'
)


def read_label_map_folder(root: Path, findings: Findings) -> dict[str, LabelMapImages]:
    """Return the splits of a folder with label maps; none where it holds none.

    What looks like an image or label map and is not used is named.

    Raises:
        UserError: No image has a label map, or a list or description cannot be read.
    """
    places = described_places(root)
    tree = read_tree(root, places)
    matches = match(tree.images, tree.maps)
    if not matches.label_maps and match(tree.images, tree.jpeg_maps).label_maps:
        # Who reads their pixels refuses them, unless they are masks of salient objects.
        tree.maps, tree.jpeg_maps = [*tree.maps, *tree.jpeg_maps], []
        matches = match(tree.images, tree.maps)
    _take_jpeg(tree, matches)
    if not matches.label_maps:
        _refuse(root, tree)
        return {}
    images = sorted(matches.label_maps, key=lambda image: image.path)
    splits = _by_folders(images)
    unlisted: Sequence[TreeFile] = ()
    if None in splits and (lists := split_by_lists(splits[None], tree.lists, findings)):
        listed = {image for _, of_split in lists.values() for image in of_split}
        unlisted = [image for image in splits.pop(None) if image not in listed]
        for split, (_, of_split) in lists.items():
            splits[split] = [*splits.get(split, ()), *of_split]
    else:
        lists = {}
    if None in splits and len(splits) > 1:
        unlisted = splits.pop(None)
    _refuse_unlabelled(tree, splits, next(iter(matches.label_maps.values())).folder)
    found = {
        split or UNNAMED: _split(of_split, matches, lists.get(split or '', (None,))[0])
        for split, of_split in splits.items()
    }
    _name_unused(root, tree, matches, unlisted, has_lists=bool(lists), findings=findings)
    if places is not None:
        known = {file.path for file in (*tree.maps, *tree.others, *tree.jpeg_maps)}
        names = (os.path.relpath(file.path, root) for file in read_tree(root).maps)
        rest = [name for name in names if os.path.join(root, name) not in known]
        what = 'label maps in folders that the description of the splits does not name, not used'
        findings.add(PROBLEM, root, what, rest, 'name their folders in it, or take them away')
    return found


def _take_jpeg(tree: Tree, matches: Matches) -> None:
    """Give images without a label map the JPEG file that would be theirs, if others have one.

    Of an image with both the JPEG file is not used: it stays among ``jpeg_maps``.
    """
    if not tree.jpeg_maps or not matches.label_maps:
        return
    bare = [image for image in tree.images if image not in matches.label_maps]
    of_bare = match(bare, tree.jpeg_maps).label_maps
    matches.label_maps |= of_bare
    taken = {*of_bare.values()}
    tree.jpeg_maps = [file for file in tree.jpeg_maps if file not in taken]


def _by_folders(images: Iterable[TreeFile]) -> dict[str | None, list[TreeFile]]:
    splits: dict[str | None, list[TreeFile]] = {}
    for image in images:
        splits.setdefault(image.place.split, []).append(image)
    return splits


def _split(images: Sequence[TreeFile], matches: Matches, file: Path | None) -> LabelMapImages:
    maps = [matches.label_maps[image] for image in images]
    image_dir, map_dir = (
        os.path.commonpath({file.folder for file in files}) for files in (images, maps)
    )
    names = (
        tuple(file.path[len(folder) + 1 :] for file in files)
        for folder, files in ((image_dir, images), (map_dir, maps))
    )
    return LabelMapImages(file or Path(image_dir), Path(image_dir), Path(map_dir), *names)


def _refuse(root: Path, tree: Tree) -> None:
    """Raise UserError if there are label maps, and none is that of an image."""
    if tree.maps and tree.images:
        raise UserError(
            f'no label map in {root} has the name of an image (label maps: '
            f'{", ".join(first_few(file.name for file in tree.maps))}; images: '
            f'{", ".join(first_few(file.name for file in tree.images))}).'
        )


def _refuse_unlabelled(tree: Tree, splits: Mapping[str | None, object], place: str) -> None:
    """Raise UserError if there are training images, and only other splits have label maps."""
    images = [image for image in tree.images if image.place.split == 'train']
    if images and splits.keys().isdisjoint(('train', 'trainval', None)):
        raise UserError(
            f'the images in {images[0].folder} have no label maps, and others have, in {place}: '
            'add them, or take the images away to train on another split.'
        )


def _name_unused(
    root: Path,
    tree: Tree,
    matches: Matches,
    unlisted: Sequence[TreeFile],
    *,
    has_lists: bool,
    findings: Findings,
) -> None:
    """Add a finding for everything that looks like an image or a label map and is not used."""

    def add(severity: int, what: str, files: Iterable[TreeFile], fix: str) -> None:
        names = [os.path.relpath(file.path, root) for file in files]
        findings.add(PROBLEM if severity else NOTE, root, what, names, fix if severity else '')

    bare: dict[tuple[bool, str], list[TreeFile]] = {}
    strays, labelled = [], {image.folder for image in matches.label_maps}
    for image in tree.images:
        if image in matches.label_maps:
            continue
        split, role = image.place.split, image.place.role
        if split is None and role != IMAGE and image.folder not in labelled:
            strays.append(image)
        else:
            bare.setdefault((split != 'test' and not has_lists, split or ''), []).append(image)
    for (matters, split), images in bare.items():
        of_split = f' of the split {split!r}' if split else ''
        fix = 'add their label maps, or take the images away'
        add(matters, f'images{of_split} without a label map, left out', images, fix)
    add(NOTE, 'images that lie in no folder of images, not used', strays, '')
    what = 'images with a label map that are of no split, not used beside the splits'
    add(PROBLEM, what, unlisted, 'write them into the list of a split, or move them to its folder')
    fix = 'add their images, or take them away'
    add(PROBLEM, 'label maps without an image, not used', matches.alone, fix)
    for kind, maps in matches.unused.items():
        what = f'label maps ({kind}) not used, since their images have others'
        severity = NOTE if kind.endswith(IDS) else PROBLEM
        add(severity, what, maps, 'keep one label map of each image, the one that is meant')
    what = 'pictures of label maps or of objects, not used'
    add(NOTE, what, tree.others, '')
    doubled = {*match(tree.images, tree.jpeg_maps).label_maps.values()}
    what = 'label maps in JPEG not used, since their images have others'
    fix = 'keep one label map of each image, the one that is meant'
    add(PROBLEM, what, [file for file in tree.jpeg_maps if file in doubled], fix)
    what = f'label maps not used, since they are JPEG, which {LOSSY.split(":")[0]}'
    rest = [file for file in tree.jpeg_maps if file not in doubled]
    add(PROBLEM, what, rest, 'save them as PNG, or take them away')


LABEL_MAP_FOLDERS = Reader(
    'masks',
    LABEL_MAPS,
    LOOKED_FOR,
    may_hold_label_maps,
    read_label_map_folder,
    title='label maps',
)
