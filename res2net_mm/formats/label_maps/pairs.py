"""Files of two folders that belong together by name: label maps, their predictions and images."""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import first_few
from res2net_mm.formats.image_file import LABEL_MAP_SUFFIXES, files_below
from res2net_mm.formats.label_maps.matching import IDS
from res2net_mm.formats.label_maps.tree import JPEG, read_tree


@dataclass(frozen=True)
class LabelMapPair:
    """A ground-truth label map and its prediction.

    Attributes:
        name: Of the ground truth, below its folder.
        truth: Its file.
        predicted: The file of the prediction; None where there is none.
    """

    name: str
    truth: Path
    predicted: Path | None


def holds_label_maps(folder: str | os.PathLike[str]) -> bool:
    """Return whether there is a file below a folder that may be a label map."""
    return bool(files_below(Path(folder), LABEL_MAP_SUFFIXES))


def pair_label_maps(
    gt: Path, dt: Path, *, lossy: bool = False
) -> tuple[list[LabelMapPair], list[str]]:
    """Return all ground-truth label maps, each with its prediction.

    Files belong together that have the same path below their folders; where none has, the same
    name; where none has, the same name without the ending that all names of a folder share
    (``a_gtFine_labelTrainIds`` and ``a_leftImg8bit``). Where the folder of the ground truth holds
    images, pictures or objects, too, it is what :func:`read_tree` takes for label maps.

    Args:
        gt: The folder of the ground truth.
        dt: The folder of the predictions.
        lossy: Whether the ground truth may be JPEG files.

    Returns:
        The pairs, by name; the predictions without ground truth.

    Raises:
        UserError: A folder holds no label maps, two files of one have the same name, or none of
            the names are alike.
    """
    truths = _ground_truth(gt, LABEL_MAP_SUFFIXES + JPEG * lossy)
    predictions = _label_maps(dt, LABEL_MAP_SUFFIXES)
    found = _match_names(truths, predictions, gt, dt)
    if found is None:
        raise UserError(
            f'none of the {len(predictions)} label maps in {dt} '
            f'({", ".join(first_few(predictions))}) has the name of one of the {len(truths)} in '
            f'{gt} ({", ".join(first_few(truths))})'
        )
    pairs = [
        LabelMapPair(name, truths[name], None if other is None else predictions[other])
        for name, other in found.items()
    ]
    extra = predictions.keys() - set(found.values())
    return sorted(pairs, key=lambda pair: pair.name), sorted(extra)


def find_images(names: Sequence[str], folder: Path) -> list[Path | None]:
    """Return the image of each label map below a folder, matched as ``pair_label_maps`` does.

    Args:
        names: Names of the label maps, or names that the images had elsewhere.
        folder: Folder of the images.

    Raises:
        UserError: None of the images has the name of a label map.
    """
    images = files_below(folder)
    found = _match_names(names, images, folder, folder)
    if found is None:
        raise UserError(
            f'none of the {len(images)} images in {folder} ({", ".join(first_few(images))}) has '
            f'the name of a label map ({", ".join(first_few(names))})'
        )
    others = (found[name] for name in names)
    return [None if other is None else images[other] for other in others]


def _ground_truth(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the label maps below a folder without what lies beside them; of ids the best."""
    everything, found = _label_maps(folder, suffixes), read_tree(folder).maps
    maps = {os.path.relpath(file.path, folder): file for file in found} or dict.fromkeys(everything)
    for ids in IDS:
        maps = {n: f for n, f in maps.items() if Path(n).stem.lower().endswith(ids)} or maps
    return {name: everything[name] for name in maps if name in everything}


def _label_maps(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    if not folder.is_dir():
        raise UserError(f'{folder} is not a folder')
    maps = files_below(folder, suffixes)
    if not maps:
        there = ', '.join(first_few(sorted(path.name for path in folder.iterdir())))
        raise UserError(
            f'{folder} holds no label maps ({", ".join(suffixes)}). In it: {there or "nothing"}'
        )
    return maps


def _match_names(
    names: Collection[str], others: Collection[str], folder: Path, other_folder: Path
) -> dict[str, str | None] | None:
    """Map each file name in one folder to its matching name in the other, or None.

    Returns:
        The matches, by the three rules of ``pair_label_maps``; None where no name has one.

    Raises:
        UserError: Two files in one folder cannot be told apart.
    """
    for key in (_whole, _stem, _without_shared_ending):
        of_names, of_others = _by_key(names, key, folder), _by_key(others, key, other_folder)
        if of_names.keys() & of_others.keys():
            return {name: of_others.get(of) for of, name in of_names.items()}
    return None


def _by_key(
    names: Collection[str], key: Callable[[Iterable[str]], list[str]], folder: Path
) -> dict[str, str]:
    """Return file names by their keys; none where two have the same key."""
    keys = key(names)
    if len(set(keys)) == len(keys):
        return dict(zip(keys, names, strict=True))
    if key is _whole:
        twice = next(of for of in keys if keys.count(of) > 1)
        raise UserError(f'{folder} holds two label maps called {twice}, of different suffixes')
    return {}


def _whole(names: Iterable[str]) -> list[str]:
    return [str(Path(name).with_suffix('')) for name in names]


def _stem(names: Iterable[str]) -> list[str]:
    return [Path(name).stem for name in names]


def _without_shared_ending(names: Iterable[str]) -> list[str]:
    stems = _stem(names)
    ends = (set(letters) for letters in zip(*(stem[::-1] for stem in stems), strict=False))
    shared = ''.join(letters.pop() for letters in takewhile(lambda of: len(of) == 1, ends))[::-1]
    # Only what an underscore sets off: the last digits of a few numbers may be the same by chance.
    ending = shared[shared.index('_') :] if '_' in shared else ''
    return [stem.removesuffix(ending) for stem in stems]
