"""Which text file holds the labels of which image, by how both are called."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import PurePosixPath

from res2net_mm.formats.boxes.label_files import split_of_folders

# Words for folders of images and of labels, which say nothing about what belongs together.
WORDS = {'images', 'image', 'imgs', 'img', 'jpegimages', 'pictures', 'labels', 'label', 'txt'}
WORDS |= {'annotations', 'annotation', 'annots', 'yolo', 'data'}


def match_labels(
    images: Iterable[str], texts: Iterable[str], is_label: Callable[[str], bool]
) -> dict[str, str]:
    """Return image -> text file of its labels, for images that have one.

    The file of ``images/train/a.jpg`` is ``labels/train/a.txt``; else the one in a folder that has
    the same names but for words such as images, labels or data; else the only one of the same
    name, unless it is of another split.

    Args:
        images: Relative paths of the images.
        texts: Relative paths of the text files.
        is_label: Returns whether a text file holds labels. It is called if the path of the file
            does not tell.
    """
    texts = [*texts]
    present = set(texts)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_stem: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        alike[_key(text)].append(text)
        by_stem[_stem(text)].append(text)
    found, rest = {}, []
    for image in images:
        expected = [place for place in _places(image) if place in present]
        if places := expected or alike.get(_key(image), []):
            found[image] = places[0]
        else:
            rest.append(image)
    taken = {*found.values()}
    others: dict[str, list[str]] = defaultdict(list)
    for image in rest:
        others[_stem(image)].append(image)
    for stem, alone in others.items():
        free = [text for text in by_stem[stem] if text not in taken and is_label(text)]
        if len(alone) == len(free) == 1 and not _are_apart(alone[0], free[0]):
            found[alone[0]] = free[0]
    return found


def _places(image: str) -> Sequence[str]:
    """Return where the labels of an image are expected."""
    folder, _, name = image.rpartition('/')
    text = f'{name.rpartition(".")[0]}.txt'
    return [f'{place}/{text}' if place else text for place in _folders(folder)]


@cache
def _folders(folder: str) -> list[str]:
    """Return the folders in which labels of a folder of images are expected."""
    parts = folder.split('/')
    found = []
    for index in reversed(range(len(parts))):
        if parts[index].lower() == 'images':
            for name in ('labels', 'Labels'):
                found.append('/'.join([*parts[:index], name, *parts[index + 1 :]]))
    return [*found, folder]


def _key(path: str) -> tuple[str, ...]:
    return (*_telling(path.rpartition('/')[0]), _stem(path))


@cache
def _telling(folder: str) -> tuple[str, ...]:
    """Return the folders of a path without words for images and labels."""
    parts = (
        [word for word in re.split(r'[\W_]+', part.lower()) if word and word not in WORDS]
        for part in folder.split('/')
    )
    return tuple(' '.join(words) for words in parts if words)


def _stem(path: str) -> str:
    return path.rpartition('/')[2].rpartition('.')[0]


def _are_apart(image: str, text: str) -> bool:
    splits = {split_of_folders(PurePosixPath(path)) for path in (image, text)} - {None}
    return len(splits) > 1
