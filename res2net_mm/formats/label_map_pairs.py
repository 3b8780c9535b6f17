"""Finds the label maps of two folders that belong together."""

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import first_few
from res2net_mm.formats.label_maps import MASK_SUFFIXES


@dataclass(frozen=True)
class LabelMapPair:
    """A ground-truth label map and its prediction.

    Attributes:
        name: of the ground truth, below its folder.
        truth: its file.
        predicted: the file of the prediction; None where there is none.
    """

    name: str
    truth: Path
    predicted: Path | None


def holds_label_maps(folder: str | os.PathLike) -> bool:
    """Whether there is a file below a folder that may be a label map."""
    return any(_is_map(path) for path in Path(folder).rglob('*'))


def pair_label_maps(gt: Path, dt: Path) -> tuple[list[LabelMapPair], list[str]]:
    """All ground-truth label maps, each with its prediction.

    They belong together that have the same path below their folders; where none has, the same name;
    where none has, the same name without the ending that all names of a folder share
    (``a_gtFine_labelTrainIds`` and ``a_leftImg8bit``). In VOC's layout the ground truth is that in
    ``SegmentationClass``.

    Returns:
        The pairs, by name; the predictions without ground truth.

    Raises:
        UserError: a folder holds no label maps, two files of one have the same name, or none of
            the names are alike.
    """
    truths, predictions = _maps(_home(gt)), _maps(dt)
    found = match_names(truths, predictions, gt, dt)
    if found is not None:
        pairs = [
            LabelMapPair(name, truths[name], predictions.get(other))
            for name, other in found.items()
        ]
        extra = predictions.keys() - set(found.values())
        return sorted(pairs, key=lambda pair: pair.name), sorted(extra)
    raise UserError(
        f'none of the {len(predictions)} label maps in {dt} ({", ".join(first_few(predictions))}) '
        f'has the name of one of the {len(truths)} in {gt} ({", ".join(first_few(truths))})'
    )


def match_names(
    names: Collection[str], others: Collection[str], gt: Path, dt: Path
) -> dict[str, str | None] | None:
    """For each name below a folder that below another which belongs to it, if there is one.

    They are matched as ``pair_label_maps`` says; None where none are alike.

    Raises:
        UserError: two in one folder cannot be told apart.
    """
    for key in (_whole, _stem, _without_shared_ending):
        of_names, of_others = _by_key(names, key, gt), _by_key(others, key, dt)
        if of_names and of_others and of_names.keys() & of_others.keys():
            return {name: of_others.get(of) for of, name in of_names.items()}
    return None


def _home(folder: Path) -> Path:
    homes = sorted(path for path in folder.rglob('SegmentationClass') if path.is_dir())
    return homes[0] if homes else folder


def _maps(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise UserError(f'{folder} is not a folder')
    maps = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob('*'))
        if _is_map(path)
    }
    if not maps:
        there = ', '.join(first_few(sorted(path.name for path in folder.iterdir())))
        raise UserError(
            f'{folder} holds no label maps ({", ".join(MASK_SUFFIXES)}). In it: '
            f'{there or "nothing"}'
        )
    return maps


def _is_map(path: Path) -> bool:
    return path.suffix.lower() in MASK_SUFFIXES and not path.name.startswith('.')


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


def _by_key(
    maps: Collection[str], key: Callable[[Iterable[str]], list[str]], folder: Path
) -> dict[str, str] | None:
    """Names of files by what tells them apart; None where that does not."""
    keys = key(maps)
    if len(set(keys)) == len(keys):
        return dict(zip(keys, maps, strict=True))
    if key is _whole:
        twice = next(of for of in keys if keys.count(of) > 1)
        raise UserError(f'{folder} holds two label maps called {twice}, of different suffixes')
    return None
