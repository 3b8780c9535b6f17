"""Public sets whose folders do not name their classes, known by the names of their files."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.class_table import ClassTable, Entry, named_by_order
from res2net_mm.formats.label_maps.map_file import voc_colours

# fmt: off
VOC_CLASSES = (  # of 2012; 255 marks borders and is ignored
    'background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair',
    'cow', 'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa',
    'train', 'tvmonitor',
)
CAMVID_CLASSES = (  # the eleven of the SegNet tutorial; label 11 is unlabelled there
    'sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian',
    'bicyclist',
)
# The 19 classes that Cityscapes is scored on, with their values in `labelIds`, by train id.
CITYSCAPES = {
    'road': 7, 'sidewalk': 8, 'building': 11, 'wall': 12, 'fence': 13, 'pole': 17,
    'traffic light': 19, 'traffic sign': 20, 'vegetation': 21, 'terrain': 22, 'sky': 23,
    'person': 24, 'rider': 25, 'car': 26, 'truck': 27, 'bus': 28, 'train': 31, 'motorcycle': 32,
    'bicycle': 33,
}
# fmt: on
CITYSCAPES_IDS = range(34)
ADE_LABELS = range(151)  # 0 is none of its 150 classes
# Tutorials have people put images of their own, with VOC's palette, into a folder VOC2007.
VOC_IMAGE = re.compile(r'20\d\d_\d{6}')
VOC2007_IMAGE = re.compile(r'\d{6}|20\d\d_\d{6}')
CAMVID_IMAGE = re.compile(r'(0001TP|0006R0|0016E5|Seq05VD)_f?\d+')  # the films it is cut from
CITYSCAPES_IMAGE = re.compile(r'[a-z-]+_\d{6}_\d{6}')
ADE_IMAGE = re.compile(r'ADE_(train|val|test)_\d{8}')


def known_set(
    census: LabelCensus, images: Iterable[str], maps: Iterable[Path]
) -> ClassTable | None:
    """Return the classes of the public set that label maps are of, None where no set is known.

    The names of the images have to be those of the set, and its labels or colours have to fit.

    Args:
        census: Values and colours in the label maps.
        images: Names of their images, without suffix and endings such as ``_leftImg8bit``.
        maps: Paths of the label maps.
    """
    images, maps, seen = set(images), list(maps), census.seen
    if not images:
        return None
    if _all(CITYSCAPES_IMAGE, images):
        if all(file.stem.endswith('labelTrainIds') for file in maps) and seen <= {*range(19), 255}:
            return ClassTable(
                'named as in Cityscapes, as labelTrainIds',
                'Cityscapes',
                tuple(named_by_order([*CITYSCAPES])),
            )
        if all(file.stem.endswith('labelIds') for file in maps) and seen <= {*CITYSCAPES_IDS, 255}:
            unnamed = [Entry('void', i) for i in CITYSCAPES_IDS if i not in CITYSCAPES.values()]
            entries = (*(Entry(name, i) for name, i in CITYSCAPES.items()), *unnamed)
            return ClassTable(
                'named as the 19 classes of Cityscapes, as labelIds', 'Cityscapes', entries
            )
    if _all(CAMVID_IMAGE, images) and _most(seen, len(CAMVID_CLASSES)) and max(seen) < 12:
        camvid = tuple(named_by_order((*CAMVID_CLASSES, 'void')))
        what = 'named as in CamVid, as the names of the images say'
        return ClassTable(what, 'CamVid', camvid)
    if _all(ADE_IMAGE, images) and seen <= {*ADE_LABELS}:
        entries = (Entry('void', 0), *(Entry(f'class_{i}', i) for i in ADE_LABELS[1:]))
        return ClassTable(
            'named by their labels, from 1 on as in ADE20K, as the names of the images say',
            'ADE20K',
            entries,
        )
    colours = voc_colours()
    labels = {label for label in range(21) if label in seen or colours[label] in census.colours}
    is_voc2007 = _all(VOC2007_IMAGE, images) and _most(labels, len(VOC_CLASSES))
    if (_all(VOC_IMAGE, images) or is_voc2007) and _in_voc_colours(census):
        entries = tuple(Entry(name, i, colours[i]) for i, name in enumerate(VOC_CLASSES))
        border = Entry('void', 255, colours[255])
        what = 'named as in PASCAL VOC, as names and colours of the label maps say'
        return ClassTable(what, 'PASCAL VOC', (*entries, border))
    return None


def _all(pattern: re.Pattern[str], names: Collection[str]) -> bool:
    return all(pattern.fullmatch(name) for name in names)


def _most(seen: set[int], classes: int) -> bool:
    """Return whether more than half of the classes occur, as in any few images of street scenes."""
    return 2 * len(seen & {*range(classes)}) > classes


def _in_voc_colours(census: LabelCensus) -> bool:
    """Return whether labels are VOC's and are shown in its colours."""
    colours, labels = voc_colours(), {*range(len(VOC_CLASSES)), 255}
    palettes = all(shown == {colours[value]} for value, shown in census.shown.items())
    in_colours = {colours[label] for label in labels}
    if census.colours:
        return census.all_colours.keys() <= in_colours
    return palettes and census.palettes and census.seen <= labels
