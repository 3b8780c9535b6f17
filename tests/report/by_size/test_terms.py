"""Scores and things in the words of a report."""

from res2net_mm.report.by_size.terms import DETECTION, SEGMENTATION, VOC, in_words


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
