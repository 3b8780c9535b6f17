"""Advice from the sizes of the boxes, the config's resize and the levels of its network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from res2net_mm.data.checks.best_anchors import SeenBoxes, best_iou
from res2net_mm.evaluation.size_bins import COCO_BINS, SizeBin
from res2net_mm.openmmlab.pyramid import Pyramid
from res2net_mm.openmmlab.resize_rule import ResizeRule

PAYS = 0.05  # share of the boxes from which on a change is advised
STEP = 32  # px between the input sizes that are tried
P2 = 4.0  # stride of the level that detectors of small objects add, px


@dataclass(frozen=True)
class Advice:
    """What the sizes say of one choice.

    Attributes:
        topic: ``cell``, ``anchors``, ``input``, ``P2`` or ``slices``.
        share: The number that the advice rests on, 0..1 of the boxes.
        text: The advice, one sentence.
    """

    topic: str
    share: float
    text: str

    def __str__(self) -> str:
        return f'advice ({self.topic}): {self.text}'


def plan_sizes(
    seen: SeenBoxes,
    pyramid: Pyramid,
    rule: ResizeRule | None,
    bins: Sequence[SizeBin] = COCO_BINS,
) -> list[Advice]:
    """Return what the sizes of boxes advise; nothing of what does not apply.

    Args:
        seen: The boxes after the resize.
        pyramid: Levels and anchors of the detector.
        rule: The resize; None for no resize.
        bins: Size bins for the recall of the anchors.
    """
    if not len(seen.corners):
        return []
    parts = (
        _cells(seen, pyramid),
        _recall(seen, pyramid, bins),
        _input_size(seen, pyramid, rule),
        _finer_level(seen, pyramid),
        _slices(seen, pyramid),
    )
    return [advice for part in parts for advice in part]


def _cells(seen: SeenBoxes, pyramid: Pyramid) -> Iterator[Advice]:
    share = _mean(seen.sides < pyramid.cell)
    yield Advice(
        'cell',
        share,
        f'{_percent(share)} of the boxes are smaller than one cell of the finest level '
        f'(apparent size under {pyramid.cell:g} px).',
    )


def _recall(seen: SeenBoxes, pyramid: Pyramid, bins: Sequence[SizeBin]) -> Iterator[Advice]:
    if not pyramid.anchors or pyramid.pos_iou_thr is None:
        yield Advice(
            'anchors',
            1.0,
            f'the {pyramid.head} has no anchors that are chosen by their IoU: '
            'none limit its recall.',
        )
        return
    found = best_iou(seen, pyramid)
    for threshold in dict.fromkeys((0.5, pyramid.pos_iou_thr)):
        hit = found >= threshold
        by_bin = [
            f'{b.name} {_percent(_mean(hit[inside]))}'
            for b in bins
            if (inside := b.holds(seen.areas)).any()
        ]
        named = ', its pos_iou_thr' if threshold == pyramid.pos_iou_thr else ''
        yield Advice(
            'anchors',
            _mean(hit),
            f'anchors of the {pyramid.head} meet at best {_percent(_mean(hit))} of the boxes with '
            f'IoU {threshold:g}{named} ({", ".join(by_bin)}).',
        )


def _input_size(seen: SeenBoxes, pyramid: Pyramid, rule: ResizeRule | None) -> Iterator[Advice]:
    low, high = pyramid.trained_range
    logs = np.sort(np.log(np.maximum(seen.sides, np.finfo(float).tiny)))

    def share_at(factor: float) -> float:
        first = np.searchsorted(logs, np.log(low / factor), 'left')
        return float(np.searchsorted(logs, np.log(high / factor), 'right') - first) / len(logs)

    tried = _factors(rule)
    shares = np.array([share_at(factor) for factor in tried])
    now = share_at(1)
    wanted = f'{_percent(now)} of the boxes have an apparent size that the levels are trained '
    wanted += f'on ({_range(low, high)})'
    if shares.max() < now + PAYS:
        text = (
            f'{wanted}, and no input between half and twice as large has {100 * PAYS:.0f} % more.'
        )
        yield Advice('input', now, text)
        return
    # The smallest input that is nearly as good costs the least.
    best = int(np.flatnonzero(shares >= shares.max() - 0.01)[0])
    yield Advice(
        'input',
        float(shares[best]),
        f'{wanted}; {_scaled(rule, tried[best])} it would be {_percent(float(shares[best]))}, '
        'the most between half and twice as large (to within 1 %).',
    )


def _finer_level(seen: SeenBoxes, pyramid: Pyramid) -> Iterator[Advice]:
    if pyramid.cell <= P2:
        return
    low, _ = pyramid.trained_range
    finer = low * P2 / pyramid.cell
    share = _mean((seen.sides >= finer) & (seen.sides < low))
    verdict = 'pays' if share >= PAYS else 'does not pay'
    yield Advice(
        'P2',
        share,
        f'a level of stride {P2:g} (P2) {verdict}: {_percent(share)} of the boxes would come into '
        f'the trained range by it ({_range(finer, low)}).',
    )


def _slices(seen: SeenBoxes, pyramid: Pyramid) -> Iterator[Advice]:
    factor = float(np.median(seen.factors))
    low, _ = pyramid.trained_range
    lost = _mean((seen.sides < low) & (seen.sides / seen.factors >= low))
    if factor >= 1:
        text = f'slices are not needed: images are not shrunk (by {factor:.2f}, median)'
    else:
        verdict = 'may help' if lost >= PAYS else 'are not needed'
        text = f'slices {verdict}: images are shrunk (by {factor:.2f}, median)'
    text += f', and {_percent(lost)} of the boxes fall below the trained range by it'
    if factor < 1 and lost >= PAYS:
        text += (
            '; `res2net-mm compare-slicing CONFIG CHECKPOINT --out DIR` measures whether they do'
        )
    yield Advice('slices', lost, f'{text}.')


def _factors(rule: ResizeRule | None) -> npt.NDArray[np.float64]:
    """Return by what to multiply the input's sides, from half to twice, rising."""
    if rule is None or rule.relative:
        return np.arange(10, 41) / 20
    shorter = min(rule.width, rule.height)
    sides = np.arange(np.ceil(shorter / 2 / STEP), shorter * 2 // STEP + 1) * STEP
    return sides / shorter if len(sides) else np.ones(1)


def _scaled(rule: ResizeRule | None, factor: float) -> str:
    """Return the input size of a factor as the config's resize says it."""
    if rule is None:
        return f'with images resized by {factor:g}'
    width, height = rule.width * factor, rule.height * factor
    if rule.relative:
        return f'with scale_factor {width:.3g} x {height:.3g}'
    if np.isinf(width):
        return f'with a shorter side of {height:.0f} px'
    return f'with an input of {width:.0f}x{height:.0f} px'


def _range(low: float, high: float) -> str:
    return f'from {low:.0f} px' if np.isinf(high) else f'{low:.0f} to {high:.0f} px'


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _percent(share: float) -> str:
    return f'{100 * share:.1f} %'
