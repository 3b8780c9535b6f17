"""What the pixels of salient object masks mean, whatever greys their edges have."""

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.encoding import IGNORED, Encoding
from res2net_mm.formats.label_maps.labels import BINARY, Labels

CLASSES = ('background', 'salient object')
THRESHOLD = 128  # the field's: what is above is salient


def salient_labels(census: LabelCensus, findings: Findings) -> Labels:
    """Return the meaning of masks: salient above the threshold, or 1 where they hold 0 and 1.

    Args:
        census: What all masks hold.
        findings: Gets a note on masks with other greys than black and white.

    Raises:
        UserError: Masks hold colours, or nothing in any is salient.
    """
    if census.colours:
        seen = next(iter(census.colours.values()))
        raise UserError(
            f'{seen.first} holds colours, and a mask of salient objects is black and white: '
            f'train a segmenter on label maps, or write masks of 0 and {IGNORED}'
        )
    labels = {0, 1} if census.seen <= {0, 1} else None
    values = {value: int(value > (0 if labels else THRESHOLD)) for value in range(256)}
    if not any(values[value] for value in census.seen):
        raise UserError(
            f'no mask has a salient pixel: they hold {min(census.seen)} to {max(census.seen)}, and '
            f'what is above {THRESHOLD} is salient (or 1, where there are 0 and 1 only)'
        )
    if labels:
        return Labels(CLASSES, IGNORED, 'masks of 0 and 1')
    grey = [seen for value, seen in census.values.items() if value not in BINARY]
    if grey:
        total = sum(seen.pixels for seen in census.values.values())
        share = sum(seen.pixels for seen in grey) / total
        what = f'masks with greys ({share:.2%} of the pixels), salient above {THRESHOLD}'
        count = max(seen.maps for seen in grey)
        findings.add(NOTE, grey[0].first.parent, what, [grey[0].first.name], count=count)
    return Labels(CLASSES, IGNORED, 'masks of black and white', Encoding(values=values))
