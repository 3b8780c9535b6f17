"""How the pixels of label maps say their labels: directly, by other values, or by colours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from res2net_mm.formats.label_maps.census import LabelCensus, Occurrence
from res2net_mm.formats.label_maps.map_file import MapPixels

IGNORED = 255  # what mmseg ignores unless told otherwise


@dataclass(frozen=True)
class Encoding:
    """How pixels say their labels.

    Attributes:
        values: The label of each value; None where values are labels or colours decide. Others are
            ignored.
        colours: The label of each colour ``0xRRGGBB``, also of the colour in which a value is
            shown. Others are ignored.
    """

    values: Mapping[int, int] | None = None
    colours: Mapping[int, int] | None = None

    @property
    def is_direct(self) -> bool:
        """Whether values are labels."""
        return self.values is None and self.colours is None

    def decode(self, pixels: MapPixels) -> npt.NDArray[np.uint8]:
        """Return the labels of a label map, (H, W) uint8."""
        codes = pixels.codes
        if pixels.shown is not None:
            return self._of_values(pixels.shown)[codes]
        labels = np.full(codes.shape, IGNORED, np.uint8)
        for colour, label in (self.colours or {}).items():
            labels[codes == colour] = label
        return labels

    def count(self, census: LabelCensus) -> npt.NDArray[np.int64]:
        """Return how many pixels of counted label maps have each label, (256,) int64."""
        pixels = np.zeros(256, np.int64)
        for value, seen in census.values.items():
            shown = np.full(256, next(iter(census.shown[value])), np.int32)
            pixels[self._of_values(shown)[value]] += seen.pixels
        for colour, seen in census.colours.items():
            pixels[(self.colours or {}).get(colour, IGNORED)] += seen.pixels
        return pixels

    def ignored_alone(self, census: LabelCensus, ignored: Collection[int]) -> list[Occurrence]:
        """Return the label maps in which one value or colour fills all and is ignored."""
        found = []
        for code, seen in census.alone.items():
            shown = next(iter(census.shown[code])) if code >= 0 else ~code
            label = self._of_values(np.full(256, shown, np.int32))[max(code, 0)]
            if (label if code >= 0 else (self.colours or {}).get(shown, IGNORED)) in ignored:
                found.append(seen)
        return found

    def _of_values(self, shown: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
        """Return the label of each value, (256,) uint8."""
        if self.colours is not None:
            labels = [self.colours.get(colour, IGNORED) for colour in shown.tolist()]
        elif self.values is not None:
            labels = [self.values.get(value, IGNORED) for value in range(256)]
        else:
            labels = list(range(256))
        return np.array(labels, np.uint8)


def fits(encoding: Encoding, census: LabelCensus, labels: set[int]) -> bool:
    """Return whether everything in counted label maps decodes to one of these labels."""
    return set(np.flatnonzero(encoding.count(census)).tolist()) <= labels
