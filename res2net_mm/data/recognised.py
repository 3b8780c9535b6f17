"""A folder of data whose layout, classes and splits are known, whatever its labels are."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from res2net_mm.errors import UserError
from res2net_mm.formats import Finding, Findings, describe, describe_unknown, existing_folder


class ReadSplit(Protocol):
    """A split that has been read: a frozen dataclass with its name and what was read of it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> Any: ...


S = TypeVar('S', bound=ReadSplit)


@dataclass(frozen=True)
class RecognisedFolder(ABC, Generic[S]):
    """A recognised folder.

    Attributes:
        root: The folder.
        layout: The name of its layout, such as ``coco``.
        classes: Names of the classes in the order of the labels.
        splits: Train, val and test. The test split is the val split where it has no labels of its
            own. A folder that is not trained on has the test split alone.
        found: What was found in the folder, in one line.
        findings: What was noticed, mended or left out.
    """

    root: Path
    layout: str
    classes: tuple[str, ...]
    splits: Mapping[str, S]
    found: str
    findings: tuple[Finding, ...]

    @property
    def own_splits(self) -> dict[str, S]:
        """The splits, without a test split that is the val split."""
        val = self.splits.get('val')
        return {
            name: split
            for name, split in self.splits.items()
            if name != 'test' or val is None or split.files is not val.files
        }

    @abstractmethod
    def table(self) -> list[str]:
        """Return the images and labels of each split, as lines of text."""

    def summary(self) -> str:
        """Return the report before training: images and labels by split, findings."""
        lines = [*self.table(), *describe(self.findings)]
        return '\n'.join([self.found, *(f'  {line}' for line in lines)])


F = TypeVar('F', bound=RecognisedFolder)


def recognise_as(
    labels: str,
    read: Callable[..., F | None],
    prepare: Callable[[F, Any], Any],
    root: str | os.PathLike[str],
    **options: Any,
) -> F:
    """Read a folder, then make each split of it ready to train on.

    Args:
        labels: Kind of labels, for the error message.
        read: Takes the folder, findings that stop at errors, and the options. Returns the
            recognised folder, or None if it is in no known layout.
        prepare: Takes the recognised folder and one of its splits. Writes the files that training
            reads, and returns the split with them.
        root: The folder.
        options: Options of ``read``.

    Raises:
        UserError: The folder is in no known layout, or something in it has to be mended first.
    """
    place = existing_folder(root)
    folder = read(place, Findings(), **options)
    if folder is None:
        raise UserError(describe_unknown(place, labels))
    # Only now is nothing left that could be wrong.
    splits = {name: prepare(folder, split) for name, split in folder.own_splits.items()}
    return replace(folder, splits=with_test_split(splits))


def with_test_split(splits: Mapping[str, S]) -> dict[str, S]:
    """Return the splits, and the val split as the test split too where there is none."""
    if 'val' not in splits or 'test' in splits:
        return {**splits}
    return {**splits, 'test': replace(splits['val'], name='test')}
