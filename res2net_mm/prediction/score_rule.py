"""The least score of an object: a number, or what an evaluation found to be best."""

from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.confidence.thresholds import (
    ScoreRule,
    read_thresholds,
    rule_of,
)
from res2net_mm.evaluation.detection.size_metric import RESULT_FILE

from .predictor import Predictor
from .slices import Found

#: Scores by name: the best F1 of all sizes, or that of each size.
BEST, BY_SIZE = 'best', 'by-size'


def check_score(score: float | str) -> float | str:
    """Return a score as a number, or its name; raise UserError for anything else."""
    if score in (BEST, BY_SIZE):
        return score
    try:
        number = float(score)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise UserError(f'{argument("score", score)} must be between 0 and 1, {BEST} or {BY_SIZE}')
    return number


def find_score_rule(score: float | str, predictor: Predictor) -> ScoreRule:
    """Return the rule for a score or its name.

    Scores by name are in the metadata of an exported file, or in the ``ap_by_size.json`` of the
    evaluation that lies beside a checkpoint.

    Raises:
        UserError: If the model is no detector or nobody has evaluated it.
    """
    if not isinstance(score, str):
        return ScoreRule(score)
    given = argument('score', score)
    if predictor.segments:
        raise UserError(f'{given} is for detectors, and the model predicts label maps')
    file = Path(predictor.checkpoint)
    thresholds = predictor.metadata.get('thresholds')
    if thresholds is None:
        beside = file.parent / RESULT_FILE
        if predictor.metadata or not beside.is_file():
            raise UserError(
                f'{given} needs the score thresholds of an evaluation: of a checkpoint '
                f'`res2net-mm test` writes them into {RESULT_FILE} in its work directory, and none '
                f'lies beside {file}; into a file they are put by `res2net-mm export ... '
                f'--thresholds {RESULT_FILE}`'
            )
        thresholds, file = read_thresholds(beside), beside
    return rule_of(thresholds, by_size=score == BY_SIZE, source=str(file))


def pick_sure(found: Found, rule: ScoreRule, shape: tuple[int, ...]) -> Found:
    """Return the objects that count, in an image of height and width ``shape``."""
    sides = np.maximum(found.boxes[:, 2:] - found.boxes[:, :2], 0)
    return found.pick(rule.keeps(found.scores, sides.prod(axis=1), float(np.prod(shape))))
