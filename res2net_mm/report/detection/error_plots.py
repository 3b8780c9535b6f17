"""Plots of errors by size: what each kind costs, and which class is taken for which."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.detection.errors import KINDS, ErrorResult
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.plots import draw_legend, make_figure, make_panels
from res2net_mm.whole_file import whole_file

# Of the kinds, told apart by readers who confuse red and green, and from the runs (Tol, bright).
COLOURS = dict(
    zip(KINDS, ('#66ccee', '#4477aa', '#bbbbbb', '#ccbb44', '#aa3377', '#ee6677'), strict=True)
)
MOST_CLASSES = 12  # that a picture of confusions shows; their names have to be read


def draw_error_costs(results: Sequence[ErrorResult], names: Sequence[str]) -> Figure:
    """Draw a stacked bar of what the kinds cost for each size and run."""
    columns = results[0].columns
    bars = [
        (column.size_bin.name if not run else '', name, of_run.columns[place])
        for place, column in enumerate(columns)
        for run, (name, of_run) in enumerate(zip(names, results, strict=True))
    ]

    def draw(plot: Plot) -> None:
        axes = plot.subplots()
        gap = 0.6 if len(names) > 1 else 0
        at = [place + gap * (place // len(names)) for place in range(len(bars))]
        left = np.zeros(len(bars))
        for kind in KINDS:
            costs = np.array([100 * (c.scores[kind] or 0) for *_, c in bars])
            axes.barh(at, costs, left=left, height=0.75, color=COLOURS[kind], label=kind)
            left += costs
        labels = [
            f'{size}: {name}' if size and len(names) > 1 else size or name for size, name, _ in bars
        ]
        axes.set_yticks(at, labels)
        axes.invert_yaxis()
        axes.set_xlabel('points of AP50 that the kind of error costs')
        axes.grid(axis='y', visible=False)
        draw_legend(plot, [axes], 'outside upper left')

    kind = results[0].iou_type
    return make_figure(
        f'errors_{kind}',
        draw,
        size=(8, 1.4 + 0.34 * len(bars)),
        alt=f'What each kind of error costs {", ".join(names)} of AP50, for each size.',
        caption='Points of AP50 of the size that would be gained if one kind of error were mended '
        'and all others stayed. Two kinds mended together may gain more or less than their sum.',
    )


def write_error_picture(results: Sequence[SizeResult], path: str | Path) -> Path:
    """Write the stacked bars of results with errors as a PNG, of boxes above those of masks."""
    figures = [draw_error_costs([r.errors], [r.iou_type]) for r in results if r.errors is not None]
    pictures = [
        np.asarray(cv2.imdecode(np.frombuffer(figure.png, np.uint8), cv2.IMREAD_COLOR))
        for figure in figures
    ]
    with whole_file(path) as partial:
        partial.write_bytes(cv2.imencode('.png', np.vstack(pictures))[1].tobytes())
    return Path(path)


def draw_confusion(result: ErrorResult, name: str, run: int = 0) -> Figure:
    """Draw a matrix for each size: class of the object against class of the detection."""
    confusion, columns = result.confusion, result.columns
    order = [*range(1, len(columns)), 0]
    counts = confusion.counts[order]
    # The classes that are confused, missed or found in the background most.
    aside = counts[-1].sum(axis=0) + counts[-1].sum(axis=1)
    aside = aside[:-1] - 2 * np.diag(counts[-1])[:-1]
    chosen = np.sort(np.argsort(-aside, kind='stable')[:MOST_CLASSES])
    shown = [*chosen, len(confusion.classes)]
    rows = [*(confusion.classes[k] for k in chosen), 'background']
    predicted = [*rows[:-1], 'missed']

    def fill(axes: Axes, place: int) -> None:
        part = counts[place][np.ix_(shown, shown)]
        total = counts[place][shown].sum(axis=1, keepdims=True)
        share = part / np.maximum(total, 1)
        share[-1] = part[-1] / max(part[-1].sum(), 1)
        # Not imshow, which would put a bitmap into the page's drawing.
        axes.pcolormesh(share, cmap='Blues', vmin=0, vmax=1)
        axes.invert_yaxis()
        for (r, p), count in np.ndenumerate(part):
            if count:
                colour = 'white' if share[r, p] > 0.5 else 'black'
                axes.text(
                    p + 0.5, r + 0.5, str(count), ha='center', va='center', color=colour, fontsize=7
                )
        middles = np.arange(len(shown)) + 0.5
        axes.set_xticks(middles, predicted, rotation=90, fontsize=8)
        axes.set_yticks(middles, rows, fontsize=8)
        axes.grid(visible=False)

    left_out = len(confusion.classes) - len(chosen)
    more = f' Left out are {left_out} classes that are confused least.' if left_out else ''
    return make_panels(
        f'confusion_{result.iou_type}_{run}',
        [column.size_bin.name for column in columns],
        fill,
        x='found as',
        y='is',
        alt=f'Confusion matrix of {name}, a panel for each size.',
        caption=f'{name}: objects by their class and by the class they are found as, at scores of '
        f'at least {confusion.score:.2f} (its best F1) and IoU 0.50; shade: share of the row. '
        f'Detections that match no object stand in the row background, by their own size.{more}',
        per_row=2,
        height=1.6 + 0.24 * len(shown),
    )
