"""TIDE's errors and their costs with plain loops over dicts, from the paper and COCO's rules."""

NAMES = ('class', 'localisation', 'both', 'duplicate', 'background', 'missed', 'FP', 'FN')


def literal_costs(truth, results, low, high, iou_of):
    """Return ``{class id: {'AP50': ..., kind: cost}}`` and the numbers of errors of the bin.

    ``iou_of(detection, object)`` is the overlap; areas of detections are those of their boxes.
    """
    objects, found = [], []
    for annotation in truth['annotations']:
        inside = low <= annotation['area'] <= high
        objects.append({**annotation, 'counts': inside and not annotation['iscrowd'], 'by': None})
    for index, entry in enumerate(results):
        area = entry['bbox'][2] * entry['bbox'][3]
        found.append({**entry, 'index': index, 'inside': low <= area <= high})
    found.sort(key=lambda d: (-d['score'], d['image_id'], d['index']))
    for detection in found:
        match_one(detection, [o for o in objects if o['image_id'] == detection['image_id']], iou_of)
    for detection in found:
        if detection['finds'] is None:
            beside = [o for o in objects if o['image_id'] == detection['image_id']]
            sort_of(detection, [o for o in beside if not o['iscrowd']], iou_of)
    for detection in found:  # the surest first
        about = detection.get('about')
        if about is not None and about['by'] is None and about['counts'] and 'mended' not in about:
            about['mended'] = detection
    classes = [category['id'] for category in truth['categories']]
    numbers = count(found, objects)
    return {k: costs_of(k, found, objects) for k in classes}, numbers


def match_one(detection, objects, iou_of):
    """Give a detection the free object of largest IoU, one that counts before another."""
    best, best_key = None, None
    for thing in objects:
        if thing['category_id'] != detection['category_id']:
            continue
        if thing['by'] is not None and not thing['iscrowd']:
            continue
        iou = iou_of(detection, thing)
        if iou >= 0.5 and (best is None or (thing['counts'], iou) >= best_key):
            best, best_key = thing, (thing['counts'], iou)
    detection['finds'] = None
    if best is None:
        detection['point'] = 'wrong' if detection['inside'] else None
    elif best['iscrowd']:
        detection['point'] = None  # and it may still be an error, as in tidecv
    else:
        best['by'] = detection
        detection['finds'] = best
        detection['point'] = 'right' if best['counts'] else None


def sort_of(detection, objects, iou_of):
    own, others = None, None
    for thing in objects:
        iou = iou_of(detection, thing)
        if thing['category_id'] == detection['category_id']:
            if own is None or iou > iou_of(detection, own):
                own = thing
        elif others is None or iou > iou_of(detection, others):
            others = thing
    own_iou = 0 if own is None else iou_of(detection, own)
    other_iou = 0 if others is None else iou_of(detection, others)
    twice = [
        o
        for o in objects
        if o['by'] is not None
        and o['category_id'] == detection['category_id']
        and iou_of(detection, o) >= 0.5
    ]
    if own is not None and 0.1 <= own_iou <= 0.5:
        detection['kind'], detection['about'] = 'localisation', own
    elif others is not None and other_iou >= 0.5:
        detection['kind'], detection['about'] = 'class', others
    elif twice:
        detection['kind'] = 'duplicate'
    elif max(own_iou, other_iou) <= 0.1:
        detection['kind'] = 'background'
    else:
        detection['kind'] = 'both'


def count(found, objects):
    numbers = dict.fromkeys(NAMES[:6], 0)
    for detection in found:
        about = detection.get('about')
        helps = about is not None and about['counts'] and about['by'] is None
        if 'kind' in detection and (detection['point'] == 'wrong' or helps):
            numbers[detection['kind']] += 1
    numbers['missed'] = sum(o['counts'] and o['by'] is None and 'mended' not in o for o in objects)
    return numbers


def costs_of(k, found, objects):
    mine = [o for o in objects if o['counts'] and o['category_id'] == k]
    if not mine:
        return None
    points = [(d, d['point'] == 'right') for d in found if d['point'] and d['category_id'] == k]
    base = average_precision(points, len(mine))
    after = {}
    for kind in NAMES[:5]:
        kept = [p for p in points if p[0].get('kind') != kind]
        for thing in mine:
            if 'mended' in thing and thing['mended']['kind'] == kind:
                kept.append((thing['mended'], True))
        after[kind] = average_precision(kept, len(mine))
    missed = sum(o['by'] is None and 'mended' not in o for o in mine)
    unfound = sum(o['by'] is None for o in mine)
    after['missed'] = average_precision(points, len(mine) - missed)
    after['FP'] = average_precision([p for p in points if p[1]], len(mine))
    after['FN'] = average_precision(points, len(mine) - unfound)
    return {'AP50': base, **{name: after[name] - base for name in NAMES}}


def average_precision(points, total):
    if total == 0:
        return 1.0
    points = sorted(points, key=lambda p: (-p[0]['score'], p[0]['image_id'], p[0]['index']))
    curve, right = [], 0
    for place, (_, is_right) in enumerate(points, 1):
        right += is_right
        curve.append((right / total, right / place))
    reached = [
        max((p for recall, p in curve if recall >= level / 100), default=0) for level in range(101)
    ]
    return sum(reached) / 101
