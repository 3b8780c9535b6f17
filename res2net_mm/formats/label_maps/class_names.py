"""What the pixels of label maps mean: the classes, their labels, and which label is ignored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import ERROR, PROBLEM, Findings
from res2net_mm.formats.label_maps.census import LabelCensus, Occurrence
from res2net_mm.formats.label_maps.class_table import (
    ClassTable,
    Entry,
    checked_names,
    named_by_order,
    read_table,
)
from res2net_mm.formats.label_maps.encoding import IGNORED, Encoding
from res2net_mm.formats.label_maps.known_sets import known_set
from res2net_mm.formats.label_maps.map_file import colour_text

VOID_NAMES = {
    'void', 'unlabelled', 'unlabeled', 'ignore', 'ignored', 'unknown', '__ignore__',
}  # fmt: skip
BINARY = {0, IGNORED}  # the values of black and white masks
SMOOTHED = 0.1  # share of grey pixels that smoothing leaves in black and white label maps
STRAY = 0.01  # share of pixels in colours without a name that does not stop a training


@dataclass(frozen=True)
class Labels:
    """What the pixels of label maps mean.

    Attributes:
        classes: Names, in the order of their labels.
        ignore_index: The label that is neither trained on nor counted; 0 where the classes begin
            at 1.
        source: Where names and ignored label come from, as a phrase.
        encoding: How pixels say their labels.
    """

    classes: tuple[str, ...]
    ignore_index: int
    source: str
    encoding: Encoding = field(default_factory=Encoding)

    @property
    def first(self) -> int:
        """The label of the first class."""
        return int(self.ignore_index == 0)

    @property
    def last(self) -> int:
        """The label of the last class."""
        return self.first + len(self.classes) - 1

    @property
    def ignored(self) -> set[int]:
        """The labels that do not count; where that is 0, 255 does not count either."""
        return {self.ignore_index, IGNORED} if self.first else {self.ignore_index}


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
        census: What all of its label maps hold.
        tables: Files that may name the classes, the likeliest first.
        images: Names of the images without suffix and endings, by which public sets are known.
        maps: The label maps.
        classes: Names, without the ignored label.
        ignore_index: The ignored value, 0 to 255.
        findings: Gets values and colours that have no name, and tables that are not used.

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
    elif table and known and _strange(_labels(table, census, ignore_index), census):
        what = f'class tables that do not fit the label maps, which are {known.source}'
        findings.add(PROBLEM, Path(table.file), what, [Path(table.file).name], 'mend or remove it')
        table = None
    table = table or known
    if table is None:
        return _unnamed(root, census, ignore_index, findings)
    labels = _labels(table, census, ignore_index)
    _check(labels, census, findings)
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
        return _binary(names if len(names) == 2 else ('background', *names), table.source)
    return _by_values(table, census, ignore_index)


def _goes_by_colour(table: ClassTable, census: LabelCensus) -> bool:
    """Return whether colours decide: pixels hold them, or every value is shown in one of them."""
    colours = {entry.colour for entry in table.entries}
    if None in colours:
        return False
    return bool(census.colours) or census.all_colours.keys() <= colours


def _is_void(entry: Entry, ignore_index: int | None) -> bool:
    if ignore_index is not None:
        return entry.value == ignore_index
    return entry.name.lower() in VOID_NAMES


def _binary(names: tuple[str, ...], said: str) -> Labels:
    said = f'{said}: black is {names[0]}, white is {names[1]}'
    return Labels(names, IGNORED, said, Encoding(values={0: 0, IGNORED: 1}))


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


def _unnamed(
    root: Path, census: LabelCensus, ignore_index: int | None, findings: Findings
) -> Labels:
    """Return classes named by their values, up to the greatest that occurs."""
    if census.colours:
        raise UserError(
            f'the label maps of {root} hold colours, and nothing says what they mean: '
            f'{_few(census.all_colours)}. Name them in {root / "class_dict.csv"}, below a first '
            'line name,r,g,b, with void for what is to be ignored.'
        )
    if census.seen == BINARY and ignore_index is None:
        said = f'named by this package, since no file does ({argument("classes")} says others)'
        return _binary(('background', 'foreground'), said)
    _refuse_grey(root, census)
    void = IGNORED if ignore_index is None else ignore_index
    first = int(void == 0)
    seen = sorted(census.seen - {void, IGNORED})
    names = tuple(f'class_{label}' for label in range(first, max(seen, default=0) + 1))
    if len(names) > 2 * len(seen):
        last = ''
        if seen:
            found = census.values[seen[-1]]
            last = f' ({seen[-1]} in {found.maps} label maps, first {found.first})'
        colours = '' if census.in_grey else f' (shown as {_few(census.all_colours)})'
        raise UserError(
            f'the label maps of {root} hold only the labels '
            f'{", ".join(map(str, seen)) or "ignored"}{colours}{last}: number the classes 0, 1, 2 '
            'and so on, or name them all in classes.txt, or their colours in class_dict.csv '
            '(name,r,g,b).'
        )
    hint = ''
    if void == IGNORED and IGNORED not in census.seen:
        hint = (
            f' (does not occur): no file names the classes, so {seen[-1]} is taken for one; '
            f'{argument("ignore_index", seen[-1])} if it means unlabelled'
        )
    labels = Labels(names, void, f'named by their labels; label {void} ignored{hint}')
    _check(labels, census, findings)
    return labels


def _refuse_grey(root: Path, census: LabelCensus) -> None:
    """Raise UserError if label maps hold one value alone, or black and white with grey between."""
    if len(census.seen) == 1:
        (value,) = census.seen
        raise UserError(f'every pixel of the label maps of {root} is {value}: nothing is labelled.')
    grey = census.seen - BINARY
    pixels = {value: seen.pixels for value, seen in census.values.items()}
    share = sum(pixels[value] for value in grey) / sum(pixels.values())
    if census.seen >= BINARY and len(grey) > 2 and share < SMOOTHED:
        first = census.values[min(grey)].first
        raise UserError(
            f'the label maps of {root} are black and white with {100 * share:.2f} % of their pixels '
            f'in {len(grey)} greys between, first {first}: they were resized or saved with losses. '
            'Make them anew with two values.'
        )


def _few(colours: Mapping[int, Occurrence], limit: int = 6) -> str:
    """Return the most frequent colours as text."""
    ordered = sorted(colours, key=lambda colour: -colours[colour].pixels)
    shown = [
        f'{colour_text(c)} in {colours[c].maps} label maps, first {colours[c].first.name}'
        for c in ordered[:limit]
    ]
    return '; '.join(shown) + (f'; {len(colours)} in all' if len(colours) > limit else '')


def _strange(labels: Labels, census: LabelCensus) -> dict[str, Occurrence]:
    """Return the values or colours that are neither a class nor ignored."""
    encoding = labels.encoding
    if encoding.colours is not None:
        found = census.all_colours
        return {f'colour {colour_text(c)}': found[c] for c in found if c not in encoding.colours}
    known = {*range(labels.first, labels.last + 1)} if encoding.values is None else encoding.values
    strange = sorted(census.seen - {*known} - labels.ignored - ({IGNORED} - {*known}))
    coloured = {f'colour {colour_text(c)}': seen for c, seen in census.colours.items()}
    return coloured | {f'label {value}': census.values[value] for value in strange}


def _check(labels: Labels, census: LabelCensus, findings: Findings) -> None:
    count = len(labels.classes)
    if strange := _strange(labels, census):
        pixels = [seen.pixels for seen in (*census.values.values(), *census.colours.values())]
        share = sum(seen.pixels for seen in strange.values()) / sum(pixels)
        by_colour = labels.encoding.colours is not None
        stray = by_colour and share <= STRAY
        has = '' if by_colour else f', which have {labels.first} to {labels.last}'
        fix = (
            'mend the label maps or the table, or say what the label is with '
            f'{argument("classes")} or {argument("ignore_index")}'
        )
        if by_colour:
            fix = 'write these colours into the table, called void if they are to be ignored'
        elif census.colours:
            fix = 'give each class of the table its colour, as in class_dict.csv (name,r,g,b)'
        findings.add(
            PROBLEM if stray else ERROR,
            next(iter(strange.values())).first,
            f'{"colours" if by_colour else "labels"} in label maps that are none of the {count} '
            f'classes ({labels.source}){has}' + (', ignored' if stray else ''),
            [
                f'{what} in {seen.maps} label maps, {seen.pixels} px, first {seen.first}'
                for what, seen in strange.items()
            ],
            fix,
        )
    if labels.encoding.is_direct and labels.first <= labels.ignore_index <= labels.last:
        raise UserError(
            f'{argument("ignore_index", labels.ignore_index)} is a class ({labels.source}): name '
            f'the classes without it, in {argument("classes")}.'
        )
    if count < 2:
        raise UserError(
            f'the label maps hold one class ({labels.source}), and a segmenter tells two apart: '
            'give the background the label 0 and the object 1, not 255, which is ignored.'
        )
