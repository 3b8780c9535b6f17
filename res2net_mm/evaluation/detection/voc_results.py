"""Detections in VOC's layout: a text file per class, a line per box."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.detections import Results
from res2net_mm.formats.findings import Faults


def find_voc_results(folder: str | Path) -> dict[tuple[str, str], Path]:
    """Find files named like ``comp4_det_test_dog.txt`` in a folder, by (split, class).

    Raises:
        UserError: If there is none.
    """
    found = {}
    for file in sorted(Path(folder).glob('*.txt')):
        _, mark, rest = file.stem.partition('_det_')
        split, _, name = rest.partition('_')
        if mark and split and name:
            found[split, name] = file
    if not found:
        raise UserError(
            f'{folder} holds no detections in VOC layout: files named comp4_det_<split>_<class>.txt'
        )
    return found


def read_voc_results(
    folder: str | Path,
    split: str,
    classes: Collection[str],
    *,
    from_zero: bool = False,
    on_error: str = 'stop',
) -> tuple[Results, tuple[str, ...]]:
    """Read the detections ``comp4_det_<split>_<class>.txt`` of all classes as COCO results.

    A line is ``image score xmin ymin xmax ymax``, in pixels counted from 1, both ends included. In
    the results ``image_id`` and ``category_id`` are the names.

    Args:
        folder: Folder of the files.
        split: Split that they are for.
        classes: Names of the classes of the ground truth; files of others are faults.
        from_zero: Whether pixels are counted from 0 and boxes end at their last edge.
        on_error: ``stop`` or ``skip`` lines that cannot be read.

    Returns:
        The results, and notes, a line each.

    Raises:
        UserError: If there are no such files; for what ``stop`` refuses, a line each.
    """
    files = {name: file for (of, name), file in find_voc_results(folder).items() if of == split}
    if not files:
        have = ', '.join(sorted({of for of, _ in find_voc_results(folder)}))
        raise UserError(f'{folder} holds no detections of the split {split!r}, only of {have}')
    lines = []
    for name, file in files.items():
        try:
            text = file.read_text(encoding='utf-8')
        except (OSError, ValueError) as error:
            raise UserError(f'cannot read {file}: {error}') from error
        lines += [(name, line) for line in text.splitlines() if line.strip()]
    entries = [_entry(name, line, 0 if from_zero else 1) for name, line in lines]
    faults = Faults(str(folder), 'lines', len(lines), on_error)
    faults.add(
        np.array([entry is None for entry in entries], dtype=bool),
        "are not 'image score xmin ymin xmax ymax'",
        lambda index: repr(lines[index][1]),
    )
    kept, told = faults.settle()
    if without := [name for name in classes if name not in files]:
        told += (
            f'{folder}: no file for {len(without)} of {len(classes)} classes, so nothing of them '
            f'is found: {", ".join(without)}',
        )
    return Results(str(folder), [entries[index] for index in kept]), told


def _entry(name: str, line: str, offset: int) -> dict | None:
    image, *numbers = line.rsplit(maxsplit=5)
    try:
        score, xmin, ymin, xmax, ymax = map(float, numbers)
    except ValueError:
        return None
    return {
        'image_id': image.strip(),
        'category_id': name,
        'score': score,
        'bbox': [xmin - offset, ymin - offset, xmax - xmin + offset, ymax - ymin + offset],
    }
