"""Confusions of planted errors, and sums that must hold of any set."""

import json

import numpy as np
import pytest

from res2net_mm.evaluation import evaluate_by_size


def test_planted_confusions_are_in_their_size(plant):
    truth, results, planted = plant('class', 'small')
    result = evaluate_by_size(truth, results, errors=True).errors
    content = json.loads(json.dumps(result.to_dict()))['confusion']
    wrong = content['small']['ant'].get('bee', 0) + content['small']['bee'].get('ant', 0)
    assert wrong == planted
    assert content['medium'] == {'ant': {'ant': 12}, 'bee': {'bee': 12}}
    assert sum(n for n, *_ in result.confusion.worst(1)) == planted
    assert result.confusion.worst(2) == []


def test_planted_background_and_missed(plant):
    truth, results, planted = plant('background', 'medium')
    counts = evaluate_by_size(truth, results, errors=True).errors.confusion.counts
    assert counts[1, -1].sum() == counts[3, -1].sum() == 0
    assert 0 < counts[2, -1].sum() <= planted  # those above the threshold
    truth, results, planted = plant('missed', 'medium')
    counts = evaluate_by_size(truth, results, errors=True).errors.confusion.counts
    assert counts[:, :, -1].sum(axis=1).tolist() == [planted, 0, planted, 0]


@pytest.mark.parametrize('seed', [1, 2])
def test_every_object_is_in_one_cell_and_the_diagonal_is_what_was_found(make_mistaken, seed):
    truth, results, _ = make_mistaken(seed)
    result = evaluate_by_size(truth, results, errors=True)
    matches, confusion = result.matches, result.errors.confusion
    for column in range(4):
        objects = np.bincount(matches.truth.category[matches.counts[column]], minlength=2)
        assert confusion.counts[column, :-1].sum(axis=1).tolist() == objects.tolist()
    by = matches.found_by()
    sure = by[by >= 0][matches.found.score[by[by >= 0]] >= confusion.score]
    assert np.trace(confusion.counts[0, :-1, :-1]) == len(sure)
    assert confusion.counts[0, 0, 1] > 0
