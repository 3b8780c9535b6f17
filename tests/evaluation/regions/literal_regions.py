"""The definition of scores by region size, written out in loops over pixels."""

import math
from collections import defaultdict

import numpy as np

from res2net_mm.evaluation import SizeBin, make_bins


def flood(labels, classes):
    """[(class, set of pixels)], 8 neighbours connected."""
    height, width = labels.shape
    seen, regions = set(), []
    for start in np.ndindex(height, width):
        label = int(labels[start])
        if start in seen or not 0 <= label < classes:
            continue
        region, todo = set(), [start]
        while todo:
            y, x = todo.pop()
            inside = 0 <= y < height and 0 <= x < width
            if not inside or (y, x) in seen or labels[y, x] != label:
                continue
            seen.add((y, x))
            region.add((y, x))
            todo += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        regions.append((label, region))
    return regions


def edge_of(labels, pixels):
    """Those pixels that have one of another label above, below, left or right."""
    height, width = labels.shape
    return {
        (y, x)
        for y, x in pixels
        for ny, nx in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1))
        if 0 <= ny < height and 0 <= nx < width and labels[ny, nx] != labels[y, x]
    }


def is_near(pixel, edge, reach):
    return any((pixel[0] - y) ** 2 + (pixel[1] - x) ** 2 <= reach**2 for y, x in edge)


def literal_scores(maps, classes, *, bins=None, by='area', ignore=255, tolerance=0.0075):
    """{(class, name of column): (regions, IoU, recall, boundary F)}; None for no score."""
    columns = (SizeBin('all'), *make_bins(bins, by))
    sums = defaultdict(lambda: np.zeros(8))
    for truth, predicted in maps:
        area = truth.size
        ignored = {tuple(p) for p in np.argwhere(truth == ignore)}
        reach = math.ceil(tolerance * math.hypot(*truth.shape))
        shown = predicted.astype(int).copy()
        for pixel in ignored:
            shown[pixel] = ignore

        true_regions = [(k, r - ignored) for k, r in flood(truth, classes) if k != ignore]
        found_regions = [(k, r, r - ignored) for k, r in flood(predicted, classes)]
        true_edges, found_edges = defaultdict(set), defaultdict(set)
        for k, region in true_regions:
            true_edges[k] |= edge_of(truth, region)
        for k, _, counted in found_regions:
            found_edges[k] |= edge_of(shown, counted)

        for column in columns:
            for k, region in true_regions:
                if column.holds(np.array(len(region)), area):
                    edge = edge_of(truth, region)
                    near = sum(is_near(p, found_edges[k], reach) for p in edge)
                    hit = sum(predicted[p] == k for p in region)
                    sums[k, column.name][:5] += 1, len(region), hit, len(edge), near
            for k, region, counted in found_regions:
                overlaps = [
                    (len(counted & other), column.holds(np.array(len(other)), area))
                    for of, other in true_regions
                    if of == k
                ]
                whole = sum(pixels for pixels, _ in overlaps)
                if column.name == 'all':
                    share = 1
                elif whole:
                    share = sum(pixels for pixels, held in overlaps if held) / whole
                else:
                    share = int(column.holds(np.array(len(region)), area))
                edge = edge_of(shown, counted)
                near = sum(is_near(p, true_edges[k], reach) for p in edge)
                sums[k, column.name][5:] += share * np.array(
                    [len(counted) - whole, len(edge), near]
                )

    scores = {}
    for k in range(classes):
        for column in columns:
            regions, pixels, hit, edge, near, false, drawn, drawn_near = sums[k, column.name]
            iou = recall = boundary = None
            if regions or (column.name == 'all' and false):
                iou = hit / (pixels + false)
            if regions:
                recall = hit / pixels
            if edge:
                complete, precise = near / edge, drawn_near / drawn if drawn else 0
                boundary = 2 * complete * precise / (complete + precise) if near + drawn_near else 0
            scores[k, column.name] = int(regions), iou, recall, boundary
    return scores
