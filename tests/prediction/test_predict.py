import json

import cv2
import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.prediction import predict

QUIET = dict(progress=False, device='cpu')


def test_a_folder_becomes_pictures_results_and_a_table(detector, coco_folder, tmp_path):
    said = []
    counts = predict(
        detector,
        [coco_folder / 'val2017'],
        out=tmp_path / 'out',
        score=0.19,
        say=said.append,
        **QUIET,
    )
    entries = json.loads((tmp_path / 'out/predictions.json').read_text())
    images = json.loads((tmp_path / 'out/images.json').read_text())
    assert [i['file_name'] for i in images['images']] == [f'00000{n}.png' for n in (1, 2, 3, 4)]
    assert len(entries) > 0
    assert all(entry['score'] >= 0.19 for entry in entries)
    assert sum(row['all'] for row in counts.values()) == len(entries)
    areas = np.array([entry['bbox'][2] * entry['bbox'][3] for entry in entries])
    for size_bin in COCO_BINS:
        total = sum(row[size_bin.name] for row in counts.values())
        assert total == pytest.approx(size_bin.holds(areas).sum(), abs=1)
    drawn = cv2.imread(str(tmp_path / 'out/pictures/000001.png'))
    assert drawn.shape == cv2.imread(str(coco_folder / 'val2017/000001.png')).shape
    assert 'found: objects with a score of at least 0.19 by size (area), 4 images' in said[-1]
    assert json.loads((tmp_path / 'out/found_by_size.json').read_text())['found'] == counts


def test_a_segmenter_writes_label_maps(segmenter, images, tmp_path):
    counts = predict(segmenter, images[:2], out=tmp_path / 'out', **QUIET)
    for image in images[:2]:
        labels = cv2.imread(str(tmp_path / 'out/label_maps' / image.name), cv2.IMREAD_UNCHANGED)
        assert labels.shape == cv2.imread(str(image)).shape[:2]
    assert sum(row['all'] for row in counts.values()) > 0
    assert not (tmp_path / 'out/predictions.json').exists()


def test_masks_are_run_lengths(instance_segmenter, images, tmp_path):
    predict(instance_segmenter, images[:1], out=tmp_path, score=0.15, **QUIET)
    entries = json.loads((tmp_path / 'predictions.json').read_text())
    assert entries
    assert all(set(entry['segmentation']) == {'size', 'counts'} for entry in entries)


def test_a_video_gives_a_video_and_its_frames_are_images(detector, tmp_path):
    file = tmp_path / 'v.avi'
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*'MJPG'), 10, (96, 64))
    for i in range(4):
        writer.write(np.full((64, 96, 3), 60 * i, np.uint8))
    writer.release()
    predict(detector, [file], out=tmp_path / 'out', **QUIET)
    drawn = cv2.VideoCapture(str(tmp_path / 'out/pictures/v.mp4'))
    assert drawn.get(cv2.CAP_PROP_FRAME_COUNT) == 4
    assert drawn.get(cv2.CAP_PROP_FPS) == 10
    images = json.loads((tmp_path / 'out/images.json').read_text())['images']
    assert [image['file_name'] for image in images] == [f'v.avi/00000{i}' for i in range(4)]


def test_only_the_classes_asked_for(detector, images, tmp_path):
    counts = predict(detector, images, out=tmp_path, score=0, classes=['ring'], **QUIET)
    assert set(counts) <= {'ring'}
    with pytest.raises(UserError, match='lorry: the model has no such class; it has disc, square'):
        predict(detector, images, out=tmp_path / 'new', classes=['lorry'], **QUIET)
    assert not (tmp_path / 'new').exists()


def test_names_in_any_script_and_pictures_that_opencv_cannot_write(detector, images, tmp_path):
    given = tmp_path / '街 路'
    given.mkdir()
    for name in ('ё.png', '图.gif'):
        (given / name).write_bytes(images[0].read_bytes())
    predict(detector, [given, given / '图.gif'], out=tmp_path / 'out', **QUIET)
    written = sorted(path.name for path in (tmp_path / 'out/pictures').iterdir())
    assert written == ['ё.png', '图.gif.png']


def test_a_torn_image_is_named_and_the_others_are_predicted(detector, images, tmp_path):
    (tmp_path / 'torn.jpg').write_bytes(b'\xff\xd8\xff torn')
    said = []
    given = [tmp_path / 'torn.jpg', images[0]]
    predict(detector, given, out=tmp_path / 'out', say=said.append, **QUIET)
    assert any('torn.jpg cannot be read' in line for line in said)
    assert 'found: ' in said[-1]
    with pytest.raises(UserError, match='none of the 1 images can be read'):
        predict(detector, given[:1], out=tmp_path / 'none', **QUIET)
    assert not (tmp_path / 'none').exists()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [(dict(score=2), 'score=2 must be between 0 and 1'), (dict(out=__file__), 'is a file')],
)
def test_bad_arguments_are_one_error(detector, images, tmp_path, arguments, message):
    with pytest.raises(UserError, match=message):
        predict(detector, images, **{**dict(out=tmp_path), **arguments}, **QUIET)
