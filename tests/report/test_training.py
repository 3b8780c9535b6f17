"""Logs of runs that were resumed, begun again, cut off or only tested, and their curves."""

import json

from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.report.training import TrainingLog, read_training_log, training_parts

LOG = TrainingLog([(10, 2.0), (20, 1.0)], {'mIoU': [(1, 30.0)], 'mIoU_s': [(1, 20.0)]})


def write(work_dir, time, *lines):
    file = work_dir / time / 'vis_data/scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text(
        '\n'.join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )


def loss(step, value):
    return {'loss': value, 'lr': 0.1, 'epoch': 1, 'step': step}


def score(epoch, value):
    return {'coco/bbox_mAP': value, 'step': epoch}


def test_a_resumed_run_goes_on_where_it_was_resumed(tmp_path):
    write(tmp_path, '1', loss(10, 5.0), score(1, 0.1), loss(20, 4.0), score(2, 0.2), loss(30, 3.9))
    write(tmp_path, '2', loss(30, 3.0), score(3, 0.3), '{"loss": 2.')
    log = read_training_log(tmp_path)
    assert log.loss == [(10, 5.0), (20, 4.0), (30, 3.0)]
    assert log.scores == {'bbox_mAP': [(1, 0.1), (2, 0.2), (3, 0.3)]}


def test_a_run_that_began_again_leaves_nothing_of_the_first(tmp_path):
    write(tmp_path, '1', loss(10, 5.0), score(1, 0.1), loss(20, 4.0), score(2, 0.2))
    write(tmp_path, '2', loss(10, 6.0), score(1, 0.15))
    log = read_training_log(tmp_path)
    assert log.loss == [(10, 6.0)]
    assert log.scores['bbox_mAP'] == [(1, 0.15)]


def test_a_test_is_no_training(tmp_path):
    write(tmp_path, '1', {'coco/bbox_mAP': 0.5, 'step': 0})
    assert read_training_log(tmp_path) is None


def parts_of(*logs):
    runs = {f'run {i}': log for i, log in enumerate(logs)}
    return training_parts('Training', 'x', runs, COCO_BINS, key='mIoU', score='mIoU', scale=1)


def test_there_is_a_panel_for_the_loss_and_each_logged_score():
    (part,) = parts_of(LOG, None)
    (figure,) = part.figures
    assert figure.name == 'training_x'
    for title in ('loss by iteration', 'mIoU, %, all sizes', 'mIoU, %, small'):
        assert title in figure.svg
    assert 'mIoU, %, large' not in figure.svg
    assert 'run 0' in figure.svg


def test_nothing_logged_is_no_part():
    assert parts_of(None, None) == []
