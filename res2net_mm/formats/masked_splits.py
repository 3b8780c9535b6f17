"""Which of a folder's images with masks to train, validate and test on."""

from dataclasses import replace
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.formats.label_maps import MaskedImages
from res2net_mm.formats.splits import APART, HELD_OUT


def choose_masked_splits(
    root: Path, found: dict[str, MaskedImages]
) -> tuple[dict[str, MaskedImages], list[Finding]]:
    """Train, val and test out of what a folder has.

    Train is the split of that name, else trainval without the images of val and test, else the only
    split there is; val is that of the name, else test, else every fifth image of train; test is
    that of the name, else val.

    Raises:
        UserError: there are too few images to hold any out.
    """
    rest = dict(found)
    base = next(name for name in ('train', 'trainval', 'all', 'val', 'test') if name in rest)
    train, findings = rest.pop(base), []
    val, test = rest.get('val') or rest.get('test'), rest.get('test')
    if base == 'trainval':
        taken = {part.image(name) for part in (val, test) if part for name in part.names}
        train = _only(train, (name for name in train.names if train.image(name) not in taken))
        if not train.names:
            raise UserError(f'{train.source} lists no image that is not in val or test, too.')
    if val is None:
        if len(train.names) < 2:
            raise UserError(
                f'{root} has one image with a mask to train on: some more are needed to validate.'
            )
        step = min(HELD_OUT, len(train.names))
        val = _only(train, train.names[step - 1 :: step])
        train = _only(train, (name for name in train.names if name not in set(val.names)))
        what = 'images held out for validation, every fifth, because the folder has one split'
        findings.append(Finding(val.source, what, len(val.names)))
    both = {train.image(name) for name in train.names} & {val.image(name) for name in val.names}
    if both:
        what = 'images both in train and in val, so that the result will look too good'
        names = first_few(path.name for path in sorted(both))
        findings.append(Finding(val.source, what, len(both), names, APART))
    return {'train': train, 'val': val, 'test': test or val}, findings


def _only(part: MaskedImages, names) -> MaskedImages:
    return replace(part, names=tuple(names))
