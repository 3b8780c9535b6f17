"""What the pixels of label maps mean: the classes, their labels, and which label is ignored."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import ERROR, PROBLEM, Findings
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.class_table import (
    ClassTable,
    Entry,
    checked_names,
    named_by_order,
    read_table,
)
from res2net_mm.formats.label_maps.encoding import IGNORED, Encoding
from res2net_mm.formats.label_maps.known_sets import known_set
from res2net_mm.formats.label_maps.labels import (
    BINARY,
    Labels,
    black_and_white,
    check_labels,
    strange_codes,
)
from res2net_mm.formats.label_maps.unnamed import named_by_values

VOID_NAMES = {
    'void', 'unlabelled', 'unlabeled', 'ignore', 'ignored', 'unknown', '__ignore__',
}  # fmt: skip


def name_labels(
    root: Path,
    census: LabelCensus,
    *,
    tables: Iterable[Path],
    images: Iterable[str],
    maps: Sequence[Path],
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    findings: Findings,
) -> Labels:
    """Name the classes by the first source there is: the caller, a table, a known set, the labels.

    The ignored label is the caller's, else what a table or a known set calls void, else the only
    label above the named classes, else 255.

    Args:
        root: The folder.
        census: Values and colours in all label maps of the folder.
        tables: Files that may name the classes, the most likely first.
        images: Names of the images without suffix and ending; public data sets are recognised by
            them.
        maps: Paths of the label maps.
        classes: Names of the classes, without the ignored label.
        ignore_index: The ignored label, 0 to 255.
        findings: Receives values and colours without a name, and class tables that are not used.

    Raises:
        UserError: Nothing can be made of the labels, or ``findings`` stop at an error.
    """
    if ignore_index is not None and not 0 <= ignore_index <= 255:
        given = argument('ignore_index', ignore_index)
        raise UserError(f'{given} is not a label: 0 to 255 is allowed.')
    known = known_set(census, images, maps)
    table = _choose(tables, census, findings)
    if classes:
        table = _as_given(classes, table, census, first=int(ignore_index == 0))
    elif table and known and strange_codes(_labels(table, census, ignore_index), census):
        what = f'class tables that do not fit the label maps, which are {known.source}'
        findings.add(PROBLEM, Path(table.file), what, [Path(table.file).name], 'mend or remove it')
        table = None
    table = table or known
    if table is None:
        return named_by_values(root, census, ignore_index, findings)
    labels = _labels(table, census, ignore_index)
    check_labels(labels, census, findings)
    return labels


def _as_given(
    classes: Sequence[str], table: ClassTable | None, census: LabelCensus, *, first: int
) -> ClassTable:
    """Return a table with the caller's names; colours are those of a table of as many classes."""
    source = argument('classes')
    names = checked_names(classes, source)
    entries = [replace(entry, value=entry.value + first) for entry in named_by_order(names)]
    if census.colours and table is not None:
        rows = [row for row in table.entries if row.name.lower() not in VOID_NAMES]
        if len(rows) == len(names):
            renamed = (replace(row, name=n) for n, row in zip(names, rows, strict=True))
            entries = [*renamed, *(row for row in table.entries if row not in rows)]
    return ClassTable('as given', source, tuple(entries))


def _choose(files: Iterable[Path], census: LabelCensus, findings: Findings) -> ClassTable | None:
    """Return the table to use: the first, or the first with colours where those are needed."""
    found = [table for file in files if (table := read_table(file)) is not None]
    coloured = [table for table in found if all(e.colour is not None for e in table.entries)]
    if not found:
        return None
    table = coloured[0] if census.colours and coloured else found[0]
    names = {entry.value: entry.name for entry in table.entries}
    others = [o for o in found if names != {entry.value: entry.name for entry in o.entries}]
    alike = [o for o in others if Path(o.file).name == Path(table.file).name]
    what = f'class tables that say something else than {table.file}'
    fix = 'make them equal: labels have to mean the same in all splits'
    findings.add(ERROR, Path(table.file).parent, what, [other.file for other in alike], fix)
    others = [other for other in others if other not in alike]
    what = f'class tables not used beside {Path(table.file).name}, which names other classes'
    fix = 'keep the one that is right'
    findings.add(PROBLEM, Path(table.file).parent, what, [other.file for other in others], fix)
    return table


def _labels(table: ClassTable, census: LabelCensus, ignore_index: int | None) -> Labels:
    """Return what a table makes of the pixels of label maps."""
    if _goes_by_colour(table, census):
        table.check_colours()
        named = [entry for entry in table.entries if not _is_void(entry, ignore_index)]
        labels = {e.colour: IGNORED for e in table.entries if e.colour is not None}
        labels |= {e.colour: i for i, e in enumerate(named) if e.colour is not None}
        classes = tuple(entry.name for entry in named)
        said = f'{table.source}, by colours'
        return Labels(classes, IGNORED, said, Encoding(colours=labels))
    names = tuple(entry.name for entry in table.entries)
    if census.seen == BINARY and ignore_index is None and not census.colours:
        if len(names) > 2:
            raise UserError(
                f'the label maps are black and white ({", ".join(map(str, BINARY))}), and '
                f'{table.file} names {len(names)} classes: give the two in {argument("classes")}, '
                f'or {argument("ignore_index", IGNORED)} if {IGNORED} is no class.'
            )
        return black_and_white(names if len(names) == 2 else ('background', *names), table.source)
    return _by_values(table, census, ignore_index)


def _goes_by_colour(table: ClassTable, census: LabelCensus) -> bool:
    """Return whether colours decide: pixels hold them, or every value is shown in one of them."""
    colours = {entry.colour for entry in table.entries}
    if None in colours:
        return False
    of_values = {entry.value: entry.colour for entry in table.entries}
    if all(shown == {of_values.get(value)} for value, shown in census.shown.items()):
        return bool(census.colours)  # values say the same, and need not be written anew
    return bool(census.colours) or census.all_colours.keys() <= colours


def _is_void(entry: Entry, ignore_index: int | None) -> bool:
    if ignore_index is not None:
        return entry.value == ignore_index
    return entry.name.lower() in VOID_NAMES


def _by_values(table: ClassTable, census: LabelCensus, ignore_index: int | None) -> Labels:
    entries, seen = sorted(table.entries, key=lambda entry: entry.value), census.seen
    if ignore_index in [entry.value for entry in entries[1:-1]]:
        (name,) = (entry.name for entry in entries if entry.value == ignore_index)
        raise UserError(
            f'{argument("ignore_index", ignore_index)} is the class {name!r} of {table.file}: only '
            f'the first or last class ({entries[0].name!r}, {entries[-1].name!r}) or a label '
            'without a name can be ignored.'
        )
    void = {e.value for e in entries if _is_void(e, ignore_index)}
    values = {e.value: e.name for e in entries if e.value not in void}
    void |= set() if ignore_index is None else {ignore_index}
    unnamed = seen - values.keys() - void
    if (
        not void
        and values
        and (unnamed == {0} or (len(unnamed) == 1 and max(values) < max(unnamed)))
    ):
        void = unnamed
    ignored = (void | {IGNORED}) - values.keys()
    index = min(ignored & seen, default=min(void, default=IGNORED))
    shown = ', '.join(map(str, sorted((void | ignored & seen) or {IGNORED})))
    said = f'{table.source}; label {shown} ignored'
    if [*values] == [*range(1, len(values) + 1)] and void == {0}:
        return Labels(tuple(values.values()), 0, said)
    if [*values] == [*range(len(values))] and len(ignored & seen) < 2:
        return Labels(tuple(values.values()), index, said)
    labels = {value: label for label, value in enumerate(values)} | dict.fromkeys(void, IGNORED)
    return Labels(tuple(values.values()), IGNORED, said, Encoding(values=labels))
