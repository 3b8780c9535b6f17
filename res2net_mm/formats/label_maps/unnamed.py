"""Label maps whose classes nothing names: named by their values, or refused with what to write."""

from collections.abc import Mapping
from pathlib import Path

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.label_maps.census import LabelCensus, Occurrence
from res2net_mm.formats.label_maps.encoding import IGNORED
from res2net_mm.formats.label_maps.labels import BINARY, Labels, black_and_white, check_labels
from res2net_mm.formats.label_maps.map_file import colour_text

SHOWN = 6  # colours in a message
SMOOTHED = 0.1  # share of grey pixels that smoothing leaves in black and white label maps


def named_by_values(
    root: Path, census: LabelCensus, ignore_index: int | None, findings: Findings
) -> Labels:
    """Return classes named by their values, up to the greatest that occurs.

    Black and white label maps have a background and a foreground.

    Args:
        root: The folder, for messages.
        census: Values and colours in the label maps.
        ignore_index: The ignored label; None for 255.
        findings: Receives labels that are neither a class nor ignored.

    Raises:
        UserError: The label maps hold colours, one value alone, values with large gaps, or black
            and white with grey between.
    """
    if census.colours:
        raise UserError(
            f'the label maps of {root} hold colours, and nothing says what they mean: '
            f'{_few(census.all_colours)}. Name them in {root / "class_dict.csv"}, below a first '
            'line name,r,g,b, with void for what is to be ignored.'
        )
    if census.seen == BINARY and ignore_index is None:
        said = f'named by this package, since no file does ({argument("classes")} says others)'
        return black_and_white(('background', 'foreground'), said)
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
    check_labels(labels, census, findings)
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
            f'the label maps of {root} are black and white with {100 * share:.2f} % of their '
            f'pixels in {len(grey)} greys between, first {first}: they were resized or saved with '
            'losses. Make them anew with two values.'
        )


def _few(colours: Mapping[int, Occurrence]) -> str:
    """Return the most frequent colours as text."""
    ordered = sorted(colours, key=lambda colour: -colours[colour].pixels)
    shown = [
        f'{colour_text(c)} in {colours[c].maps} label maps, first {colours[c].first.name}'
        for c in ordered[:SHOWN]
    ]
    return '; '.join(shown) + (f'; {len(colours)} in all' if len(colours) > SHOWN else '')
