"""Words and colours say what the intervals say."""

import pytest

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison, Difference
from res2net_mm.evaluation.size_bins import COCO_BINS, SizeBin
from res2net_mm.report.by_size.verdict import (
    DETECTION,
    SEGMENTATION,
    VOC,
    in_words,
    make_verdict,
    points,
    size_text,
    tone_of,
)
from res2net_mm.report.page.parts import GAIN, LOSS


def test_scores_have_titles():
    assert DETECTION.main == VOC.main == 'AP'
    assert DETECTION.titles_text == 'AP and AR'
    assert SEGMENTATION.titles_text == 'IoU, recall and boundary F'
    assert set(VOC.scores) < set(DETECTION.scores)


def test_things_are_counted():
    assert DETECTION.count(1) == '1 object'
    assert SEGMENTATION.count(0) == '0 regions'


def test_lists_are_sentences():
    assert in_words(['a']) == 'a'
    assert in_words(['a', 'b', 'c']) == 'a, b and c'


GAINED = Difference(a=0.2, b=0.25, low=0.01, high=0.09, b_wins=0.99)
LOST = Difference(a=0.3, b=0.2, low=-0.15, high=-0.05, b_wins=0)
LESS_ERROR = Difference(a=0.3, b=0.2, low=-0.15, high=-0.05, b_wins=1, lower=True)
MORE_ERROR = Difference(a=0.2, b=0.3, low=0.05, high=0.15, b_wins=0, lower=True)
NOISE = Difference(a=0.3, b=0.32, low=-0.01, high=0.05, b_wins=0.8)


def compared(*differences, objects=50):
    columns = [
        BinComparison(size_bin, objects, {} if found is None else {'AP': found})
        for size_bin, found in zip((*COCO_BINS, SizeBin('all')), differences, strict=True)
    ]
    *bins, overall = columns
    return Comparison(overall=overall, bins=tuple(bins), classes=(), resamples=100, level=0.95)


def test_every_meaning_has_its_word_and_tone():
    verdict = make_verdict(('old', 'new'), compared(GAINED, LOST, None, NOISE))
    assert [card.tone for card in verdict.cards] == ['gain', 'loss', 'nothing', 'noise']
    assert verdict.sentence == (
        'new against old, AP in points: gains at small (+5.0); loses at medium (−10.0); no '
        'difference beyond noise at all sizes; nothing to find at large.'
    )
    gained, _, nothing, _ = verdict.cards
    assert gained.change == '+5.0 AP'
    assert gained.word == '▲ gained'
    assert gained.detail == ['95 % interval +1.0 to +9.0', 'old 20.0 → new 25.0', '50 objects']
    assert nothing.change == '–'


def test_noise_alone_is_said_first():
    verdict = make_verdict(('old', 'new'), compared(NOISE, NOISE, NOISE, NOISE))
    assert verdict.sentence.startswith('new against old: no size gained or lost AP beyond noise')


def test_equal_scores_are_noise():
    column = BinComparison(COCO_BINS[0], 50, {'AP': Difference(0.5, 0.5, 0, 0, 0)})
    assert tone_of(column, 'AP') == 'noise'
    assert tone_of(column, 'AR') == 'nothing'


def test_a_gain_of_few_objects_is_none():
    verdict = make_verdict(('old', 'new'), compared(GAINED, LOST, NOISE, NOISE, objects=19))
    assert {card.tone for card in verdict.cards} == {'few'}
    assert 'too few objects to tell at small, medium, large and all sizes' in verdict.sentence
    assert 'gains at' not in verdict.sentence


@pytest.mark.parametrize(
    ('value', 'text'),
    [(0.0123, '+1.2'), (-0.5, '−50.0'), (0.0001, '0.0'), (-0.0004, '0.0'), (0, '0.0')],
)
def test_points(value, text):
    assert points(value) == text


def test_limits_are_written_as_they_are_read():
    assert size_text(COCO_BINS[1]) == '32²–96² px²'
    assert size_text(COCO_BINS[2]) == '≥ 96² px²'


def test_of_an_error_less_is_a_gain():
    column = BinComparison(COCO_BINS[0], 50, {'MAE': LESS_ERROR, 'SI_MAE': MORE_ERROR})
    assert tone_of(column, 'MAE') == GAIN
    assert tone_of(column, 'SI_MAE') == LOSS
