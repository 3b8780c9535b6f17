"""The names that splits go by, and which splits of a folder to train, validate and test on."""

import re
from collections.abc import Mapping
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.reader import IMAGE_CLASSES, Images

#: The names of each split, in lower case. Data that no name assigns to a split is ``UNNAMED``.
SPLIT_NAMES = {
    'train': ('train',),
    'val': ('val', 'valid', 'validation', 'minival', 'dev', 'eval', 'evaluation'),
    'trainval': ('trainval',),
    'test': ('test',),
}
UNNAMED = 'all'
#: What is trained on, the first that there is.
TRAINED_ON = ('train', 'trainval', UNNAMED)
HELD_OUT = 5  # of a single split every fifth image is held out to validate on
#: What to do about images that two splits share.
APART = 'take them out of one of the two'

_SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}


def split_of(text: str) -> str | None:
    """Return the split that a name contains, None if it contains none.

    ``instances_train2017``, ``TrainImages`` and ``my-training-set`` name ``train``: any word of the
    name counts, whatever its case. ``train_val`` is ``trainval``.
    """
    words = [_base(word.lower()) for word in re.findall('[A-Z]+(?![a-z])|[A-Z]?[a-z]+', text)]
    found = [_SPLIT_OF[word] for word in words if word in _SPLIT_OF]
    return 'trainval' if {'train', 'val'} <= {*found} else next(iter(found), None)


def split_named(text: str) -> str | None:
    """Return the split that a whole name stands for, perhaps with a year; None if for none.

    ``Valid`` and ``val2017`` stand for ``val``; ``dog_val`` is the name of something else.
    """
    return _SPLIT_OF.get(_base(re.sub(r'\d{4}$|[ _-]', '', text.lower())))


def _base(word: str) -> str:
    """Return a word without an ending: ``trainset`` and ``training`` stand for ``train``."""
    return re.sub('(ing)?(set)?$', '', word)


def choose_splits(
    found: Mapping[str, Images], findings: Findings, *, training: bool = True
) -> dict[str, Images]:
    """Return what to train, validate and test on out of the splits that a folder has.

    To train, train is the split of that name, else trainval or what is of no split, without the
    images of val and test; val is the split of that name, else test, else every fifth image of
    train. A split called val or test is never trained on. Another split without labels counts as
    absent. To test, test is the split of that name, else val, else all there is.

    Args:
        found: Splits of the folder by name: at least one, with the names of ``SPLIT_NAMES`` or
            ``UNNAMED``.
        findings: Receives images that are left out, held out or in two splits.
        training: Whether the folder is for training; otherwise it is for testing only.

    Returns:
        ``train``, ``val`` and, if there is one of its own, ``test``; ``test`` alone where the
        folder is not trained on, or where findings do not stop at the error that it cannot be.

    Raises:
        UserError: No split or not that of train has labels, or there are too few images to hold any
            out, or all splits are for validation or testing.
    """
    rest = {name: part for name, part in found.items() if part.is_labelled}
    bare = {name: part for name, part in found.items() if name not in rest}
    if not rest:
        labels = next(part.labels for part in bare.values())
        files = ', '.join(str(part.file) for part in bare.values())
        purpose = 'train' if training else 'test'
        raise UserError(f'there are no {labels} to {purpose} on: none in {files}.')
    for name, part in bare.items():
        if name == 'train' and training:
            raise UserError(
                f'{part.file} has no {part.labels} to train on: label its images, or take it away '
                f'to train on the other splits ({", ".join(rest)}).'
            )
        severity = NOTE if name == 'test' else PROBLEM
        what = f'images of the split {name!r}, not used because it has no {part.labels}'
        fix = 'label them, or take the split away' if severity else ''
        findings.add(severity, part.file, what, fix=fix, count=len(part.image_files))
    if not training:
        return _to_test_on(rest, findings)
    base = next((name for name in TRAINED_ON if name in rest), None)
    if base is None:
        part = next(iter(rest.values()))
        names = ' and '.join(repr(name) for name in rest)
        fix = 'add a split to train on, or call it train if these images are meant for it'
        what = f'images to train on, since {names} is only to validate or test on'
        findings.add(ERROR, part.file, what, fix=fix, count=0)
        return _to_test_on(rest, findings)
    train = rest.pop(base)
    chosen = {'val': rest.get('val') or rest.get('test'), 'test': rest.get('test')}
    if base != 'train':
        taken = {file for part in chosen.values() if part for file in part.image_files}
        train = train.subset(lambda _, file: file not in taken) if taken else train
        if not train.image_files:
            raise UserError(f'{train.file} lists no image that is not in val or test, too.')
    val = chosen['val']
    if val is None:
        whole, places = train, train.places
        step = min(HELD_OUT, max(places) + 1)
        if step < 2:
            what = 'one image' if len(places) == 1 else 'one image of each class'
            raise UserError(f'{train.file} lists {what}: some are needed to validate on.')
        train = whole.subset(lambda index, _: (places[index] + 1) % step != 0)
        val = whole.subset(lambda index, _: (places[index] + 1) % step == 0)
        of = ' of a class' * (whole.labels == IMAGE_CLASSES)
        what = f'images held out for validation, every fifth{of}, because the folder has one split'
        findings.add(NOTE, whole.file, what, count=len(val.image_files))
    # Texts are compared in a tenth of the time that paths take.
    of_train = {str(file) for file in train.image_files}
    shared = sorted(of_train & {str(file) for file in val.image_files})
    what = 'images both in train and in val, so that the result will look too good'
    findings.add(PROBLEM, val.file, what, [Path(file).name for file in shared], APART)
    parts = {'train': train, 'val': val}
    if chosen['test'] is not None and chosen['test'] is not val:
        parts['test'] = chosen['test']
    used = {file for part in parts.values() for file in part.image_files}
    for name in (name for name in TRAINED_ON if name in rest):
        left = rest[name].subset(lambda _, file: file not in used)
        where = 'no split' if name == UNNAMED else f'the split {name!r}'
        what = f'labelled images of {where}, not used beside the split {base!r}'
        fix = f'put them into the split {base!r}, or take them away'
        lost = left.image_files if left.is_labelled else []
        findings.add(PROBLEM, left.file, what, fix=fix, count=len(lost) or None)
    return parts


def _to_test_on(rest: Mapping[str, Images], findings: Findings) -> dict[str, Images]:
    name = next(name for name in ('test', 'val', UNNAMED, 'trainval', 'train') if name in rest)
    part = rest[name]
    if name not in ('test', 'val'):
        what = 'images that are all tested on, because the folder has no split for it'
        fix = 'leave out those that the model was trained on: they look too good'
        findings.add(PROBLEM, part.file, what, fix=fix, count=len(part.image_files))
    return {'test': part}
