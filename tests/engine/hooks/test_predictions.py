"""After a test run its first predictions lie in the work directory, its label maps where asked."""

from types import SimpleNamespace
from unittest.mock import Mock

import cv2
import matplotlib
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement, InstanceData, PixelData

from res2net_mm import lettering
from res2net_mm.engine import LabelMapHook, PredictionSheetHook
from res2net_mm.errors import UserError

META = dict(classes=('a', 'b'), palette=[(0, 0, 0), (255, 0, 0)])


def boxes(path):
    sample = BaseDataElement(metainfo=dict(img_path=str(path)))
    corners, labels = torch.tensor([[1.0, 1, 9, 9], [2, 2, 5, 5]]), torch.tensor([0, 1])
    sample.gt_instances = InstanceData(bboxes=corners, labels=labels)
    sample.pred_instances = InstanceData(
        bboxes=corners, labels=labels, scores=torch.tensor([0.9, 0.1])
    )
    return sample


def unlabelled(path):
    sample = boxes(path)
    sample.gt_instances = InstanceData()  # as PackDetInputs makes it
    return sample


def masks(path):
    sample = BaseDataElement(metainfo=dict(img_path=str(path)))
    sample.pred_sem_seg = PixelData(data=torch.ones(1, 20, 20, dtype=torch.long))
    return sample


@pytest.fixture
def runner(tmp_path):
    loader = SimpleNamespace(dataset=SimpleNamespace(metainfo=META))
    return SimpleNamespace(work_dir=tmp_path, rank=0, test_dataloader=loader, logger=Mock())


@pytest.mark.parametrize('make', [boxes, unlabelled, masks])
def test_as_many_as_are_asked_for_are_drawn(runner, tmp_path, make):
    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.zeros((20, 20, 3), np.uint8))
    hook = PredictionSheetHook(images=2)
    for _ in range(3):
        hook.after_test_iter(runner, 0, {}, [make(image)])
    assert len(hook.samples) == 2
    hook.after_test_epoch(runner)
    assert cv2.imread(str(tmp_path / 'predictions.png')) is not None
    assert hook.samples == []  # none of them in the next run
    assert 'first 2 predictions' in runner.logger.info.call_args.args[0]


def test_an_image_that_is_gone_is_named(runner, tmp_path):
    hook = PredictionSheetHook()
    hook.after_test_iter(runner, 0, {}, [boxes(tmp_path / 'gone.png')])
    with pytest.raises(UserError, match=r'gone\.png can no longer be read'):
        hook.after_test_epoch(runner)


def test_nothing_is_drawn_of_other_samples_or_by_other_processes(runner, tmp_path):
    hook = PredictionSheetHook()
    hook.after_test_iter(runner, 0, {}, [BaseDataElement()])
    hook.after_test_epoch(runner)
    runner.rank = 1
    hook.after_test_iter(runner, 0, {}, [boxes('any.png')])
    hook.after_test_epoch(runner)
    assert not (tmp_path / 'predictions.png').exists()


def test_saved_label_maps_have_the_labels_and_places_of_the_ground_truth(tmp_path):
    class Runner:
        class test_dataloader:
            class dataset:
                data_prefix = dict(seg_map_path='set/labels')

    def sample(path):
        made = BaseDataElement(metainfo=dict(seg_map_path=path, reduce_zero_label=True))
        made.pred_sem_seg = PixelData(data=torch.tensor([[[0, 1], [2, 254]]]))
        return made

    hook = LabelMapHook(str(tmp_path))
    hook.after_test_iter(
        Runner, 0, {}, [sample('set/labels/a/1.png'), sample('set/labels/b/1.png')]
    )
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob('*.png'))
    assert written == ['a/1.png', 'b/1.png']
    labels = cv2.imread(str(tmp_path / 'a/1.png'), cv2.IMREAD_UNCHANGED)
    assert labels.tolist() == [[1, 2], [3, 255]]
    hook.after_test_iter(Runner, 1, {}, [sample('elsewhere/1.png')])
    with pytest.raises(UserError, match=r'would both be .*1\.png'):
        hook.after_test_iter(Runner, 2, {}, [sample('other/1.png')])
    hook.after_test_iter(Runner, 3, {}, [sample('elsewhere/1.png')])  # again, as samplers may
    hook.after_test_iter(Runner, 4, {}, [sample('set/labels/../../../out.png')])
    assert (tmp_path / 'out.png').is_file()  # and not beside tmp_path


def test_saliency_maps_are_saved_in_grey(tmp_path):
    sample = BaseDataElement(metainfo=dict(img_path='a/1.jpg', seg_map_path='b/1.jpg.png'))
    sample.seg_logits = PixelData(data=torch.tensor([[[0.0, 0.2, 1.0]]]))
    sample.pred_sem_seg = PixelData(data=torch.tensor([[[0.0, 0.0, 1.0]]]))
    runner = SimpleNamespace(test_dataloader=SimpleNamespace(dataset=SimpleNamespace()))
    LabelMapHook(str(tmp_path), saliency=True).after_test_iter(runner, 0, {}, [sample])
    assert cv2.imread(str(tmp_path / '1.png'), cv2.IMREAD_UNCHANGED).tolist() == [[0, 51, 255]]


class SegVisualizer(SimpleNamespace):
    """By its name known for one that writes Latin letters only."""


@pytest.mark.parametrize(
    ('visualizer', 'shown', 'told'),
    [
        (SimpleNamespace, ('cat', 'Ёлка', '#3'), '#3 汽车'),
        (SegVisualizer, ('cat', '#2', '#3'), '#2 Ёлка, #3 汽车'),
    ],
)
def test_names_are_drawn_by_the_toolbox_as_it_can(visualizer, shown, told, runner, monkeypatch):
    monkeypatch.setattr(
        lettering,
        '_font_with',
        lambda letters: None if max(letters) > 0x2E80 else lettering._default_font(),
    )
    monkeypatch.setitem(matplotlib.rcParams, 'font.sans-serif', [])
    classes = ('cat', 'Ёлка', '汽车')
    runner.test_dataloader.dataset.metainfo = dict(META, classes=classes)
    runner.visualizer = visualizer(dataset_meta=dict(META, classes=classes))
    PredictionSheetHook().before_test(runner)
    assert runner.visualizer.dataset_meta == dict(META, classes=shown)
    assert runner.test_dataloader.dataset.metainfo['classes'] == classes
    message = f'names of classes drawn as numbers: {told}'
    runner.logger.warning.assert_called_once_with(message)


def test_latin_names_are_drawn_as_they_are(runner):
    runner.visualizer = SimpleNamespace(dataset_meta=META)
    PredictionSheetHook().before_test(runner)
    assert runner.visualizer.dataset_meta is META
    runner.logger.warning.assert_not_called()
