"""Runs have names of their own, and are scored alike or as chosen."""

import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import make_bins
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.report.detection.detector_runs import read_detector_runs
from res2net_mm.report.runs import shared_options

NOTHING_CHOSEN = dict(bins=None, area_of=None, protocol=None, max_dets=None)


def test_names_tell_runs_apart(drawn, tmp_path):
    files = [tmp_path / 'x/r.json', tmp_path / 'y/r.json']
    for file in files:
        file.parent.mkdir()
        file.write_text(drawn.files[0].read_text())
    runs = read_detector_runs(files, gt=drawn.gt)
    assert [run.name for run in runs] == [str(tmp_path / 'x/r'), str(tmp_path / 'y/r')]
    named = read_detector_runs(files, gt=drawn.gt, names=['p', 'q'])
    assert [run.name for run in named] == ['p', 'q']
    with pytest.raises(UserError, match="two runs have the name 'p': tell them apart with names="):
        read_detector_runs(files, gt=drawn.gt, names=['p', 'p'])
    with pytest.raises(UserError, match='names= gives 1 names for 2 runs'):
        read_detector_runs(files, gt=drawn.gt, names=['p'])


def test_options_are_those_of_the_runs_unless_chosen(work_dir):
    bins = make_bins([('low', 0, 50), ('high', 50, None)], 'side')
    alike = read_detector_runs([work_dir('a', 0, bins=bins), work_dir('b', 1, bins=bins)])
    options = shared_options(alike, NOTHING_CHOSEN)
    assert options['bins'] == bins
    assert options['max_dets'] == (1, 10, 100)
    assert shared_options(alike, {**NOTHING_CHOSEN, 'bins': [100]})['bins'] == [100]
    # The limits of the protocol that the runs were scored by do not outlive it.
    assert 'max_dets' not in shared_options(alike, {**NOTHING_CHOSEN, 'protocol': 'voc12'})


def test_runs_scored_differently_need_a_choice(work_dir):
    bins = make_bins([('low', 0, 50), ('high', 50, None)], 'side')
    runs = read_detector_runs([work_dir('a', 0), work_dir('b', 1, bins=bins)])
    with pytest.raises(
        UserError, match=r'a and b were scored with different bins: small <= 32\^2 .* with bins='
    ):
        shared_options(runs, NOTHING_CHOSEN)
    assert shared_options(runs, {**NOTHING_CHOSEN, 'bins': COCO_BINS})['bins'] == COCO_BINS
    runs = read_detector_runs([work_dir('c', 0), work_dir('d', 1, area_of='box')])
    with pytest.raises(UserError, match=r'annotation and box; choose with area_of='):
        shared_options(runs, NOTHING_CHOSEN)
