"""Recognises a folder of images with label masks: its splits, classes and ignored label."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from res2net_mm.data.segmentation.read_masks import MaskedFolder, read_masks
from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.formats.label_maps import LOOKED_FOR, MaskedImages
from res2net_mm.formats.label_names import Labels
from res2net_mm.whole_file import whole_file


@dataclass(frozen=True)
class MaskSplit:
    """One split, as training and evaluation read it.

    Attributes:
        name: train, val or test.
        list_file: names of its images, a line each, without suffix.
        files: where images and masks of these names lie.
        pixels: (classes,) int64, how many pixels each class has.
        ignored: number of pixels that are neither trained on nor counted.
    """

    name: str
    list_file: Path
    files: MaskedImages
    pixels: np.ndarray
    ignored: int


@dataclass(frozen=True)
class SegmentationFolder:
    """A recognised folder of images and masks.

    Attributes:
        root: the folder.
        labels: the classes and the ignored label.
        splits: train, val and test. The test split is the val split where none has masks.
        findings: what was noticed or left out.
    """

    root: Path
    labels: Labels
    splits: Mapping[str, MaskSplit]
    findings: tuple[Finding, ...]

    def summary(self) -> str:
        """The report to print before training: images, share of each class, findings."""
        width = max(len(name) for name in ('ignored', *self.labels.classes)) + 2
        parts = self.splits.values()
        rows = [('images', [len(part.files.names) for part in parts])]
        for i, name in enumerate(self.labels.classes):
            rows.append((name, [_share(part.pixels[i], part.pixels.sum()) for part in parts]))
        whole = [part.pixels.sum() + part.ignored for part in parts]
        shares = [_share(part.ignored, n) for part, n in zip(parts, whole, strict=True)]
        rows.append(('ignored', shares))
        lines = [
            f'{self.root}: masks of {len(self.labels.classes)} classes, {self.labels.source}',
            f'  {"":<{width}}' + ''.join(f'{part.name:>9}' for part in parts),
            *(f'  {name:<{width}}' + ''.join(f'{cell!s:>9}' for cell in row) for name, row in rows),
            '  classes in % of the pixels that count, ignored in % of all',
            *(f'  {finding.advice()}' for finding in self.findings),
        ]
        return '\n'.join(lines)


def count_pixels(root: Path, masked: MaskedFolder) -> SegmentationFolder:
    """The folder with its pixels counted, every split listed where it was read from."""
    window = slice(masked.labels.first, masked.labels.first + len(masked.labels.classes))
    splits = {}
    for name, part in masked.parts.items():
        pixels = masked.censuses[name].pixels
        ignored = int(pixels.sum() - pixels[window].sum())
        splits[name] = MaskSplit(name, part.source, part, pixels[window], ignored)
    splits.setdefault('test', replace(splits['val'], name='test'))
    return SegmentationFolder(root, masked.labels, splits, masked.findings)


def recognise_masks(
    root: str | os.PathLike,
    out_dir: str | os.PathLike,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
) -> SegmentationFolder:
    """Finds out what is in ``root``; the folder itself is never changed.

    Args:
        root: the folder.
        out_dir: where the list of each split's images is written.
        classes: names of the classes, if the folder does not tell them or tells others.
        ignore_index: the label to ignore, likewise.

    Raises:
        UserError: no masks are found, or something in the folder has to be mended first.
    """
    root, out_dir = Path(root).expanduser().absolute(), Path(out_dir).absolute()
    if not root.is_dir():
        raise UserError(f'{root} is not a folder.')
    masked = read_masks(root, classes=classes, ignore_index=ignore_index)
    if masked is None:
        raise UserError(describe_unmasked(root))
    folder = count_pixels(root, masked)
    splits = {}
    for name, part in masked.parts.items():  # only now is nothing left that could be wrong
        file = out_dir / f'masked_{name}.txt'
        _write_lines(file, part.names)
        splits[name] = replace(folder.splits[name], list_file=file)
    splits.setdefault('test', replace(splits['val'], name='test'))
    return replace(folder, splits=splits)


def describe_unmasked(root: Path) -> str:
    """What was looked for in a folder without label masks, and what is there."""
    entries = sorted(entry.name + '/' * entry.is_dir() for entry in root.iterdir())
    there = ', '.join(first_few(entries, 8)) + (', ...' if len(entries) > 8 else '')
    return (
        f'{root} holds no images with label masks (looked for {LOOKED_FOR}). In it: '
        f'{there or "nothing"}.'
    )


def _share(part: int, whole: int) -> str:
    return f'{100 * part / max(1, whole):.2f}'


def _write_lines(file: Path, lines: Sequence[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as partial:
        partial.write_text('\n'.join(lines) + '\n')
