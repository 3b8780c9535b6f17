"""Drawn masks and maps, and every measure written out as its paper says it: slow and plain."""

import numpy as np
from scipy import ndimage

EPSILON = np.spacing(1)


def draw(index, height=60, width=80, objects=3):
    """A mask of discs, bool, and a map of 8 bits that is partly right; without random numbers."""
    rows, columns = np.mgrid[:height, :width]
    truth = np.zeros((height, width), bool)
    for k in range(objects):
        y, x = (17 * index + 23 * k + 9) % height, (29 * index + 31 * k + 12) % width
        truth |= (rows - y) ** 2 + (columns - x) ** 2 <= (3 + 5 * k + index % 4) ** 2
    noise = (rows * 37 + columns * 91 + rows * columns * 13 + index * 57) % 256
    shifted = np.roll(truth, (index % 5, 3), axis=(0, 1))
    return truth, (0.6 * noise + 100 * shifted).astype(np.uint8)


def stretched(saliency):
    values = saliency / 255
    if values.max() == values.min():
        return values
    return (values - values.min()) / (values.max() - values.min())


def f_of(found, truth):
    right = (found & truth).sum()
    if right == 0:
        return 0.0
    precision, recall = right / found.sum(), right / truth.sum()
    return 1.3 * precision * recall / (0.3 * precision + recall)


def e_of(found, truth):
    if not truth.any():
        enhanced = ~found * 1.0
    elif truth.all():
        enhanced = found * 1.0
    else:
        a, b = found - found.mean(), truth - truth.mean()
        enhanced = (2 * a * b / (a * a + b * b + EPSILON) + 1) ** 2 / 4
    return enhanced.sum() / (truth.size - 1)


def at_thresholds(measure, values, truth):
    return np.array([measure(np.floor(values * 255) >= t, truth) for t in range(255, -1, -1)])


def adaptive(measure, values, truth):
    return measure(values >= min(2 * values.mean(), 1), truth)


def object_similarity(values):
    mean = values.mean()
    return 2 * mean / (mean**2 + 1 + values.std(ddof=1))


def ssim(x, y):
    if not x.size:
        return 0.0
    n = max(x.size - 1, EPSILON)
    mx, my = x.mean(), y.mean()
    sx, sy = ((x - mx) ** 2).sum() / n, ((y - my) ** 2).sum() / n
    sxy = ((x - mx) * (y - my)).sum() / n
    above, below = 4 * mx * my * sxy, (mx**2 + my**2) * (sx + sy)
    return above / below if above else float(below == 0)


def s_of(values, truth):
    mu = truth.mean()
    if mu in (0, 1):
        return values.mean() if mu else 1 - values.mean()
    of_object = mu * object_similarity(values[truth])
    of_object += (1 - mu) * object_similarity(1 - values[~truth])
    y, x = np.argwhere(truth).mean(axis=0).round().astype(int) + 1
    of_region = 0
    for rows in (np.s_[:y], np.s_[y:]):
        for columns in (np.s_[:x], np.s_[x:]):
            part = truth[rows, columns]
            of_region += part.size / truth.size * ssim(values[rows, columns], part)
    return max(0, 0.5 * of_object + 0.5 * of_region)


def objects_of(truth, least=50):
    """Masks of the connected objects, and of their bounding boxes."""
    labels, count = ndimage.label(truth)  # 4 neighbours
    masks = [labels == k for k in range(1, count + 1)]
    largest = max((mask.sum() for mask in masks), default=0)
    kept = [mask for mask in masks if mask.sum() >= min(least, largest)]
    boxes = []
    for mask in kept:
        rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
        box = np.zeros_like(mask)
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
        boxes.append(box)
    return kept, boxes


def si_f(values, truth, reduce):
    """Mean over the objects of a reduced F curve, or of F at the adaptive threshold (None)."""
    scores = []
    for box in objects_of(truth)[1]:
        of_box = values * box, truth & box
        if reduce is None:
            scores.append(adaptive(f_of, *of_box))
        else:
            scores.append(reduce(at_thresholds(f_of, *of_box)))
    return np.mean(scores) if scores else 0.0


def si_mae(values, truth, of=lambda area: True):
    """Size-invariant MAE over the objects whose area fits; nan without any."""
    error = abs(values - truth)
    masks, boxes = objects_of(truth)
    if not masks:
        return error.mean()
    inside = np.any(boxes, axis=0)
    ratio = (~inside).sum() / inside.sum()
    total = ratio * error[~inside].mean() if ratio else 0
    errors = [error[box].mean() for mask, box in zip(masks, boxes, strict=True) if of(mask.sum())]
    return (total + sum(errors)) / (ratio + len(errors)) if errors else np.nan
