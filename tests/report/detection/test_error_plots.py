"""Plots of errors: every kind, every size, every class that is confused."""

import dataclasses

import cv2
import numpy as np

from res2net_mm.evaluation.detection.errors import KINDS
from res2net_mm.evaluation.detection.errors.confusion import Confusion
from res2net_mm.report.detection.error_plots import (
    MOST_CLASSES,
    draw_confusion,
    draw_error_costs,
    write_error_picture,
)


def test_bars_name_kinds_sizes_and_runs(drawn):
    results = [drawn.score(run, errors=True).errors for run in (0, 1)]
    figure = draw_error_costs(results, ['first', 'second'])
    for text in (*KINDS, 'small: first', 'all: first', 'second'):
        assert f'>{text}<' in figure.svg
    alone = draw_error_costs(results[:1], ['first'])
    assert '>small<' in alone.svg
    assert '>first<' not in alone.svg


def test_a_matrix_shows_its_counts_and_of_many_classes_those_confused(drawn):
    result = drawn.score(0, errors=True).errors
    figure = draw_confusion(result, 'run')
    assert '>background<' in figure.svg
    assert f'>{result.confusion.counts[0, 0, 0]}<' in figure.svg
    counts = np.zeros((4, 31, 31), int)
    counts[:, 20, 3] = 777
    many = Confusion(0.5, tuple(f'k{i:02}' for i in range(30)), counts)
    figure = draw_confusion(dataclasses.replace(result, confusion=many), 'run', 1)
    assert '>777<' in figure.svg
    assert '>k20<' in figure.svg
    assert '>k29<' not in figure.svg
    assert f'Left out are {30 - MOST_CLASSES} classes' in figure.caption


def test_a_picture_of_boxes_and_masks(drawn, tmp_path):
    results = [drawn.score(0, iou_type=kind, errors=True) for kind in ('bbox', 'segm')]
    one = cv2.imread(str(write_error_picture(results[:1], tmp_path / 'one.png')))
    both = cv2.imread(str(write_error_picture(results, tmp_path / 'both.png')))
    assert both.shape[0] == 2 * one.shape[0]
    assert (both[: one.shape[0]] == one).all()
