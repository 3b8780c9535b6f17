"""The AP that each kind of error costs, with any weights on the images.

A kind is mended as in TIDE: a class or localisation error takes the place of the detection that
would have found its object, the surest of an object, and the others are left out, like duplicates,
background and detections of kind both; missed objects are taken out of those to find. Two special
costs stand beside these: of all false detections, as if every right one were surer than they, and
of all objects that are not found, as if they were none.
"""

import numpy as np

from res2net_mm.evaluation.detection.average_precision import count_objects
from res2net_mm.evaluation.detection.curves import Curves
from res2net_mm.evaluation.detection.errors.error_kinds import (
    CLASS,
    KINDS,
    LOCALISATION,
    MISSED,
    Errors,
)
from res2net_mm.evaluation.detection.matches import RIGHT, Matches
from res2net_mm.evaluation.result import ImageScores

AP = 'AP50'
#: All false detections, and all objects that are not found: TIDE's special errors.
SPECIAL = ('FP', 'FN')
# Curves: as it is, without one kind each, without what is not found.
_AS_IT_IS, _FOUND_ONLY = len(KINDS), len(KINDS) + 1
_CURVES = len(KINDS) + 2


class ErrorCosts(ImageScores):
    """Score matches as they are and with each kind of error mended.

    The scores are AP at the protocol's lowest IoU, and what each kind costs of it. Where nothing is
    left to find (all objects of a class and size are missed), a mended AP is 1.
    """

    names = (AP, *KINDS, *SPECIAL)

    def __init__(self, matches: Matches, errors: Errors):
        self.matches = matches
        self.columns, self.categories = matches.columns, matches.categories
        self.images = len(matches.image_ids)
        found, classes = matches.found, len(matches.categories)
        self.shape = len(matches.columns), _CURVES, classes
        # The place of a detection in its category, or in that of the object it should have found.
        turn = np.empty(len(found), dtype=np.int64)
        turn[np.lexsort((found.source, found.image, -found.score))] = np.arange(len(found))
        place = found.category * np.int64(len(found)) + turn

        self.to_find = np.repeat(matches.counts[:, None], _CURVES, axis=1)  # (A, V, G)
        segments, events, spans, wrongs, offset = [], [], [], [], 0
        for a in range(self.shape[0]):
            by = matches.found_by(a)
            self.to_find[a, MISSED] &= ~errors.missed[a]
            self.to_find[a, _FOUND_ONLY] &= by >= 0
            right = np.flatnonzero(matches.outcomes(a) == RIGHT)
            wrong = np.flatnonzero(errors.wrong[a])
            of_all, offset = offset, offset + len(wrong)
            wrongs.append(wrong)
            for v in range(_CURVES):
                rows, categories = right, found.category[right]
                if v in (CLASS, LOCALISATION):
                    mended = np.flatnonzero(errors.mended[a] & (errors.kind[a] == v))
                    rows = np.concatenate([rows, mended])
                    categories = np.concatenate(
                        [categories, matches.truth.category[errors.about[mended]]]
                    )
                own = wrong[errors.kind[a, wrong] == v]
                at = categories * np.int64(len(found)) + turn[rows]
                order = np.argsort(at)
                at, start = at[order], categories[order] * np.int64(len(found))
                span = [
                    begin + np.searchsorted(place[of], where)
                    for begin, of in ((of_all, wrong), (offset, own))
                    for where in (start, at)
                ]
                offset += len(own)
                wrongs.append(own)
                segments.append((a * _CURVES + v) * classes + categories[order])
                events.append(rows[order])
                spans.append(np.stack(span))
        levels = matches.protocol.recalls
        if levels is not None and matches.protocol.name == 'coco':
            # TIDE's. Those of COCO are the same but for the last bit of some.
            levels = np.arange(101) / 100
        self.curves = Curves(np.concatenate(segments), int(np.prod(self.shape)), levels)
        self.image = found.image[np.concatenate(events)]
        # Where the wrong detections before an event begin and end, of all kinds and of the mended.
        self.spans = np.concatenate(spans, axis=1)
        self.wrong_image = found.image[np.concatenate(wrongs)]

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        if weights is None:
            weights = np.ones((1, self.images), dtype=np.int32)
        return np.stack([self._costs(of_images) for of_images in weights])

    def class_objects(self) -> np.ndarray:
        return count_objects(self.matches, self.matches.counts)

    def _costs(self, weights: np.ndarray) -> np.ndarray:
        """Return the (S, A, K) scores."""
        wrong = np.zeros(len(self.wrong_image) + 1, dtype=np.int32)
        np.cumsum(weights[self.wrong_image], out=wrong[1:])
        first, end, own_first, own_end = wrong[self.spans]
        right = self.curves.running(weights[self.image])
        precision = right / (right + (end - first) - (own_end - own_first) + np.spacing(1))
        total = count_objects(self.matches, self.to_find, weights)
        mended = self.curves.average(right, precision, total.ravel()).reshape(self.shape)
        ap = np.where(total > 0, mended, 1.0)
        objects = total[:, _AS_IT_IS]
        found = self.curves.last(right).reshape(self.shape)[:, _AS_IT_IS]
        of_kinds = [ap[:, v] for v in range(len(KINDS))]
        all_right = self.curves.reached(found / np.maximum(objects, 1))
        base = ap[:, _AS_IT_IS]
        costs = np.stack([*of_kinds, np.where(found > 0, all_right, 0), ap[:, _FOUND_ONLY]]) - base
        return np.where(objects > 0, np.concatenate([base[None], costs]), np.nan)
