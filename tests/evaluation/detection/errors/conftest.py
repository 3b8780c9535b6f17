"""Sets with errors: drawn at random, and planted one kind at a time."""

import copy

import numpy as np
import pytest

SIDES = {'small': 20, 'medium': 60, 'large': 130}


@pytest.fixture
def make_mistaken(make_coco):
    """Returns ``make(seed) -> (ground truth, box results, mask results)``, no two scores equal."""

    def make(seed):
        truth, boxes, masks = copy.deepcopy(make_coco(seed, images=20))
        random = np.random.default_rng(seed)
        truth['categories'] = [c for c in truth['categories'] if c['id'] != 30]
        made = [], []
        for box, mask in zip(boxes, masks, strict=True):
            if box['category_id'] == 30:
                continue
            box['score'] = mask['score'] = float(random.random())
            if random.random() < 0.3:
                box['category_id'] = mask['category_id'] = 9 - box['category_id']
            if random.random() < 0.3:
                box['bbox'][0] += box['bbox'][2] * random.uniform(0.3, 0.8)
            made[0].append(box)
            made[1].append(mask)
        return truth, *made

    return make


@pytest.fixture
def plant():
    """Returns ``plant(kind, size) -> (ground truth, box results, number of errors)``.

    Every object is found exactly, but for those of one size in every second image.
    """

    def make(kind, size, seed=0):
        random = np.random.default_rng(seed)
        truth = {'images': [], 'categories': [{'id': 1, 'name': 'ant'}, {'id': 2, 'name': 'bee'}]}
        truth['annotations'] = []
        results, errors = [], 0
        for image in range(1, 9):
            truth['images'].append({'id': image, 'height': 640, 'width': 640})
            for place in range(9):  # objects in a grid; the middle of the cells below is empty
                name = list(SIDES)[place % 3]
                side = SIDES[name]
                box = [213.0 * (place % 3) + 5, 213.0 * (place // 3) + 5, side, side]
                category = 1 + (place + image) % 2
                truth['annotations'].append(
                    {
                        'id': len(truth['annotations']) + 1,
                        'image_id': image,
                        'category_id': category,
                        'bbox': box,
                        'area': float(side**2),
                        'iscrowd': 0,
                    }
                )

                def entry(box=box, category=category, score=None, image=image):
                    score = random.uniform(0.5, 1) if score is None else score
                    return dict(image_id=image, category_id=category, bbox=box, score=score)

                if name != size or image % 2:
                    results.append(entry())
                    continue
                errors += 1
                aside = [box[0] + 0.54 * side, *box[1:]]  # IoU 0.3
                empty = [box[0] + 145, box[1] + 145, *box[2:]] if side < 60 else None
                empty = empty or [box[0] + 140, box[1] + 70, side, side]
                results += {
                    'class': [entry(category=3 - category)],
                    'localisation': [entry(aside)],
                    'both': [entry(aside, 3 - category), entry(score=0.4)],
                    'duplicate': [entry(score=1.0), entry(score=0.99)],
                    'background': [entry(empty), entry(score=0.4)],
                    'missed': [],
                }[kind]
        return truth, results, errors

    return make
