"""Draw what a folder holds: boxes by class and size, or the share of each class in pixels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from res2net_mm.data.checks.size_census import SizeCensus
from res2net_mm.lettering import Lettering, letter
from res2net_mm.whole_file import whole_file

MOST_CLASSES = 40  # bars on a picture; the most frequent ones
SIDES = (1, 2, 4, 8, 16, 32, 64, 96, 128, 256, 512, 1024, 2048)  # px, marked on the axis
COLOURS = ('#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00')  # Okabe and Ito


def draw_boxes(census: SizeCensus, path: Path, title: str) -> Path:
    """Write a PNG: boxes by class, parted by size, beside the distribution of their sizes."""
    counts = census.counts()
    order = np.argsort(counts.sum(1), kind='stable')[-MOST_CLASSES:]
    figure, (bars, sizes) = _figure(len(order), columns=2)
    left = np.zeros(len(order))
    for i, size in enumerate(census.bins):
        label = f'{size.name} ({size.limits} px^2)'
        bars.barh(range(len(order)), counts[order, i], left=left, color=COLOURS[i], label=label)
        left += counts[order, i]
    _name_bars(bars, census.classes, order, 'boxes')
    bars.legend(fontsize=8)
    sides = np.sqrt(census.areas[census.areas > 0])
    low, high = (sides.min(), sides.max()) if len(sides) else (16, 128)
    edges = np.geomspace(min(16, low), max(128, high), 41).tolist()
    sizes.hist(sides, edges, color='0.5')
    for size in census.bins[:-1]:
        sizes.axvline(np.sqrt(size.area_limits[1]), color='black', linestyle=':')
    sizes.set_xscale('log')
    sizes.set_xticks(SIDES, map(str, SIDES))
    sizes.set_xticks([], minor=True)
    sizes.set_xlim(edges[0], edges[-1])
    sizes.set_xlabel(f'square root of the area in px, images {census.resize}')
    sizes.set_ylabel('boxes')
    return _write(figure, path, title)


def draw_shares(
    classes: Sequence[str],
    counts: Mapping[str, npt.NDArray[np.int64]],
    what: str,
    path: Path,
    title: str,
) -> Path:
    """Write a PNG: the share of each class in ``what``, from (classes,) counts by split."""
    order = np.argsort(sum(counts.values()), kind='stable')[-MOST_CLASSES:]
    figure, (bars,) = _figure(len(order), columns=1)
    height = 0.8 / len(counts)
    for i, (name, counted) in enumerate(counts.items()):
        share = 100 * counted[order] / max(1, counted.sum())
        places = np.arange(len(order)) + 0.4 - height * (i + 0.5)
        bars.barh(places, share, height, color=COLOURS[i], label=name)
    _name_bars(bars, classes, order, f'% of the {what}')
    bars.legend(fontsize=8)
    return _write(figure, path, title)


def _figure(rows: int, *, columns: int) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(6 * columns, 1.5 + max(3, 0.28 * rows)), layout='constrained')
    return figure, figure.subplots(1, columns, squeeze=False)[0]


def _name_bars(axes: Axes, classes: Sequence[str], order: npt.NDArray[np.int64], what: str) -> None:
    letters = Lettering(classes)
    axes.set_yticks(range(len(order)), [letters.shown(classes[i]) for i in order])
    axes.set_xlabel(what)


def _write(figure: Figure, path: Path, title: str) -> Path:
    figure.suptitle(title, fontsize=10)
    letter(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=120)
    return path
