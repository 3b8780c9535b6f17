import json

import pytest
import torch
from seeing_detector import draw_rectangles, write_checkpoint, write_config

from res2net_mm.apparent_size.memory_guard import MemoryGuard
from res2net_mm.apparent_size.tested_detector import load_tested_detector, prepare_test_set
from res2net_mm.apparent_size.zoom_run import run_zoom
from res2net_mm.evaluation import evaluate_by_size

PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations', with_bbox=True),
    dict(type='PackDetInputs'),
]
MODEL = dict(type='SeeingDetector', low=1, high=1000)


class Guard(MemoryGuard):
    """Refuses more than a number of pixels."""

    def __init__(self, most: int) -> None:
        super().__init__(None, torch.device('cpu'))
        self.most = most

    def lacking(self, pixels: int) -> str | None:
        return f'{pixels} px are too many' if pixels > self.most else None


@pytest.fixture(params=['ann_file', 'samples'])
def detector(request, tmp_path):
    """A detector that is tested on three images of 120 px, the second of 240 px."""
    root = draw_rectangles(tmp_path / 'set', [[(8, 8, 40, 40)]] * 3, side=120)
    large = draw_rectangles(tmp_path / 'large', [[(8, 8, 40, 40), (100, 100, 60, 60)]], side=240)
    (large / 'images/1.png').rename(root / 'images/2.png')
    content = json.loads((root / 'annotations.json').read_text())
    content['images'][1].update(width=240, height=240)
    extra = dict(id=9, image_id=2, category_id=1, bbox=[100, 100, 60, 60], area=3600, iscrowd=0)
    content['annotations'].append(extra)
    (root / 'annotations.json').write_text(json.dumps(content))
    config = write_config(tmp_path / 'c.py', root, MODEL, PIPELINE)
    if request.param == 'samples':
        text = config.read_text()
        start = text.index('test_evaluator')
        config.write_text(text[:start] + "test_evaluator = dict(type='res2net_mm.SizeMetric')\n")
    checkpoint = write_checkpoint(tmp_path / 'c.pth', MODEL)
    tests = prepare_test_set(config, checkpoint, work_dir=tmp_path / 'work')
    return load_tested_detector(tests, checkpoint, device='cpu')


def test_a_large_image_is_left_out_with_its_objects(detector, tmp_path):
    said: list[str] = []
    how = dict(guard=Guard(300 * 300), say=said.append)
    at_one = run_zoom(detector, 1, tmp_path / 'one', **how)
    assert [seen.index for seen in at_one.seen] == [0, 1, 2]
    at_two = run_zoom(detector, 2, tmp_path / 'two', smaller=at_one, **how)
    assert [seen.index for seen in at_two.seen] == [0, 2]
    assert at_two.left_out == {1: '230400 px are too many'}
    assert said == [f'zoom 2: {path_of(detector)} is left out: 230400 px are too many']
    for run, objects in ((at_one, 4), (at_two, 2)):
        saved = run.evaluation()
        truth = saved.read_ground_truth()
        result = evaluate_by_size(truth, saved.read_detections('bbox'), **saved.options)
        assert result.overall.boxes == objects
        assert result.overall.ap == pytest.approx(1)
        # An image has the same id at every zoom.
        assert {seen.image_id for seen in run.seen} == {image['id'] for image in truth.images}
    assert {s.image_id for s in at_two.seen} < {s.image_id for s in at_one.seen}
    assert [(s.width, s.height, s.pixels) for s in at_two.seen] == [(2, 2, 240 * 240)] * 2
    assert run_zoom(detector, 3, tmp_path / 'three', smaller=at_two, **how) is None


def path_of(detector) -> str:
    return str(detector.tests.cfg.test_dataloader.dataset.data_root) + '/images/2.png'


def test_what_is_kept_is_taken_until_the_model_or_the_data_changes(detector, tmp_path):
    how = dict(guard=Guard(10**9), say=lambda _: None)
    first = run_zoom(detector, 1, tmp_path / 'kept', **how)
    again = run_zoom(detector, 1, tmp_path / 'kept', **how)
    assert (first.reused, again.reused) == (False, True)
    assert again.seen == first.seen
    write_checkpoint(detector.checkpoint, MODEL)
    content = torch.load(detector.checkpoint, weights_only=True)
    content['state_dict']['weight'] += 1
    torch.save(content, detector.checkpoint)
    assert not run_zoom(detector, 1, tmp_path / 'kept', **how).reused
    assert run_zoom(detector, 1, tmp_path / 'kept', **how).reused
    assert not run_zoom(detector, 2, tmp_path / 'kept', **how).reused


def test_a_run_without_some_images_is_taken_under_the_same_limit_only(detector, tmp_path):
    guard = Guard(200 * 200)  # px
    first = run_zoom(detector, 1, tmp_path / 'kept', guard=guard, say=lambda _: None)
    again = run_zoom(detector, 1, tmp_path / 'kept', guard=guard, say=lambda _: None)
    assert set(first.left_out) == set(again.left_out) >= {1}
    assert again.reused
    more = Guard(10**9)
    more.limit = 2**40
    assert run_zoom(detector, 1, tmp_path / 'kept', guard=more, say=lambda _: None).left_out == {}


def test_memory_that_runs_out_leaves_an_image_out(detector, tmp_path, monkeypatch):
    run = detector.model.forward

    def fail(inputs, data_samples, mode='predict'):
        if any(image.shape[-1] > 300 for image in inputs):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return run(inputs, data_samples, mode)

    monkeypatch.setattr(detector.model, 'forward', fail)
    at_two = run_zoom(detector, 2, tmp_path / 'two', guard=Guard(10**9), say=lambda _: None)
    assert [seen.index for seen in at_two.seen] == [0, 2]
    assert 'could not be had' in at_two.left_out[1]
