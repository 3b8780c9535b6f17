import json

import cv2
import numpy as np
import pytest
import torch

from res2net_mm.engine import evaluate
from res2net_mm.errors import UserError
from res2net_mm.prediction import Predictor
from res2net_mm.prediction.inputs import Picture
from res2net_mm.prediction.predictor import found_objects

CPU = dict(device='cpu')


def test_boxes_equal_those_of_an_evaluation(detector, coco_folder, tmp_path):
    config = tmp_path / 'config.py'
    config.write_text(torch.load(detector, weights_only=True)['meta']['cfg'])
    evaluate(config, detector, data=coco_folder, work_dir=tmp_path / 'work')
    content = json.loads((tmp_path / 'work/detections.bbox.json').read_text())
    truth = json.loads((coco_folder / 'annotations/instances_val2017.json').read_text())
    predictor = Predictor(detector, fused=False, **CPU)
    entries = content if isinstance(content, list) else content['detections']
    for image in truth['images']:
        seen = found_objects(predictor(coco_folder / 'val2017' / image['file_name']))
        expected = [e for e in entries if e['image_id'] == image['id']]
        assert len(expected) == len(seen) > 0
        boxes = np.array([e['bbox'] for e in expected])
        boxes[:, 2:] += boxes[:, :2]
        assert np.allclose(boxes, seen.boxes, atol=1e-3)
        assert np.allclose([e['score'] for e in expected], seen.scores, atol=1e-6)


@pytest.mark.parametrize('kind', ['detector', 'segmenter', 'instance_segmenter'])
def test_images_without_labels_are_tested_to_the_same_predictions(kind, request, images, tmp_path):
    checkpoint, folder, work_dir = request.getfixturevalue(kind), images[0].parent, tmp_path / 'w'
    config = tmp_path / 'config.py'
    content = torch.load(checkpoint, weights_only=True)
    config.write_text(content['meta']['cfg'])
    if kind == 'segmenter':  # whose sixth class the fixture does not name
        classes = ('background', *content['meta']['dataset_meta']['classes'])
        content['meta']['dataset_meta']['classes'] = classes
        torch.save(content, checkpoint := tmp_path / 'six.pth')
    assert evaluate(config, checkpoint, data=folder, work_dir=work_dir) == {}
    (log,) = work_dir.glob('*/*.log')
    assert f'{folder}: 4 images, and no ' in log.read_text()
    assert 'no ground truth, so no scores' in log.read_text()
    assert not list(work_dir.rglob('*_by_size.json'))
    predictor = Predictor(checkpoint, fused=False, **CPU)
    out = work_dir / 'predictions'
    if kind == 'segmenter':
        for image in images:
            written = cv2.imread(str(out / f'label_maps/{image.stem}.png'), cv2.IMREAD_UNCHANGED)
            assert (written == predictor(image).pred_sem_seg.data[0].numpy()).all()
        return
    entries = json.loads((out / 'detections.bbox.json').read_text())
    listed = json.loads((out / 'images.json').read_text())
    assert [image['file_name'] for image in listed['images']] == [image.name for image in images]
    assert [c['name'] for c in listed['categories']] == list(predictor.classes)
    for number, image in enumerate(images, start=1):
        seen, mine = (
            found_objects(predictor(image)),
            [e for e in entries if e['image_id'] == number],
        )
        assert [e['category_id'] for e in mine] == [label + 1 for label in seen.labels]
        boxes = np.array([e['bbox'] for e in mine])
        boxes[:, 2:] += boxes[:, :2]
        assert np.allclose(boxes, seen.boxes, atol=1e-3)
        assert np.allclose([e['score'] for e in mine], seen.scores, atol=1e-6)


def test_fused_and_in_batches_it_finds_the_same(detector, images):
    alone = Predictor(detector, fused=False, **CPU)
    together = Predictor(detector, batch_size=3, **CPU)
    pictures = [Picture(file.name, file=file) for file in images]
    for (one, a), (other, b) in zip(
        alone.predict(pictures), together.predict(pictures), strict=True
    ):
        assert one == other
        a, b = found_objects(a), found_objects(b)
        assert np.allclose(a.scores, b.scores, atol=1e-4)


def test_pixels_and_their_file_give_the_same(detector, segmenter, images):
    pixels = cv2.imread(str(images[0]))
    predictor = Predictor(detector, **CPU)
    a, b = found_objects(predictor(images[0])), found_objects(predictor(pixels))
    assert (a.boxes == b.boxes).all()
    assert not predictor.segments
    predictor = Predictor(segmenter, **CPU)
    a, b = (predictor(image).pred_sem_seg.data for image in (images[0], pixels))
    assert (a == b).all()
    assert a.shape[1:] == pixels.shape[:2]
    assert predictor.segments


def test_slices_find_what_lies_in_one_slice(detector, instance_segmenter, images):
    sliced = found_objects(Predictor(detector, slice_size=100, **CPU)(images[0]))
    whole = found_objects(Predictor(detector, **CPU)(images[0]))
    assert len(sliced) > 0
    assert sliced.scores.max() >= whole.scores.max() - 1e-6
    with_masks = found_objects(Predictor(instance_segmenter, slice_size=200, **CPU)(images[0]))
    assert with_masks.masks.shape[1:] == cv2.imread(str(images[0])).shape[:2]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(batch_size=0), 'batch_size=0 must be 1 or more'),
        (dict(slice_size=0), 'slice_size=0 must be 1 or more'),
        (dict(overlap=1.5, slice_size=10), 'overlap=1.5 must be'),
        (dict(device='abacus'), "device='abacus' is unknown"),
    ],
)
def test_bad_arguments_are_one_error(detector, arguments, message):
    with pytest.raises(UserError, match=message):
        Predictor(detector, **arguments)


def test_a_segmenter_is_told_how_it_slides(segmenter):
    with pytest.raises(UserError, match="mode='slide'"):
        Predictor(segmenter, slice_size=100)


def test_an_image_that_cannot_be_read_is_named(detector, tmp_path):
    (tmp_path / 'torn.jpg').write_bytes(b'\xff\xd8\xff torn')
    with pytest.raises(UserError, match=r'torn.jpg cannot be read'):
        Predictor(detector, **CPU)(tmp_path / 'torn.jpg')
