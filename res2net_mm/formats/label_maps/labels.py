"""The meaning of label maps, and whether everything in them has one."""

from dataclasses import dataclass, field

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import ERROR, PROBLEM, Findings
from res2net_mm.formats.label_maps.census import LabelCensus, Occurrence
from res2net_mm.formats.label_maps.encoding import IGNORED, Encoding
from res2net_mm.formats.label_maps.map_file import colour_text

BINARY = {0, IGNORED}  # the values of black and white label maps
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


def black_and_white(names: tuple[str, ...], said: str) -> Labels:
    """Return the meaning of label maps that hold 0 and 255, each a class."""
    said = f'{said}: black is {names[0]}, white is {names[1]}'
    return Labels(names, IGNORED, said, Encoding(values={0: 0, IGNORED: 1}))


def strange_codes(labels: Labels, census: LabelCensus) -> dict[str, Occurrence]:
    """Return the values or colours that are neither a class nor ignored."""
    encoding = labels.encoding
    if encoding.colours is not None:
        found = census.all_colours
        return {f'colour {colour_text(c)}': found[c] for c in found if c not in encoding.colours}
    known = {*range(labels.first, labels.last + 1)} if encoding.values is None else encoding.values
    strange = sorted(census.seen - {*known} - labels.ignored - ({IGNORED} - {*known}))
    coloured = {f'colour {colour_text(c)}': seen for c, seen in census.colours.items()}
    return coloured | {f'label {value}': census.values[value] for value in strange}


def check_labels(labels: Labels, census: LabelCensus, findings: Findings) -> None:
    """Find what has no meaning in label maps, and refuse labels that cannot be trained on.

    Raises:
        UserError: The ignored label is a class, there is one class alone, or ``findings`` stop.
    """
    count = len(labels.classes)
    if strange := strange_codes(labels, census):
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
