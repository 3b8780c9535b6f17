"""Scoring files from the command line: COCO, VOC, and everything that can be wrong with them."""

import json

import cv2
import numpy as np
import pytest
import tool_process
from folders import write_coco

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.evaluate_files import evaluate_files

TOOL = 'eval_by_size.py'
TRUTH = {
    'images': [{'id': i, 'height': 100, 'width': 120, 'file_name': f'{i}.jpg'} for i in (1, 2)],
    'categories': [{'id': 1, 'name': 'ant'}, {'id': 2, 'name': 'bee'}],
    'annotations': [
        {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20]},
        {'id': 2, 'image_id': 2, 'category_id': 2, 'bbox': [10, 10, 60, 60], 'area': 3600},
    ],
}
GOOD = {'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20], 'score': 0.9}
XML = (
    '<annotation><size><width>120</width><height>100</height></size><object><name>{}</name>'
    '<difficult>0</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>'
    '</bndbox></object></annotation>'
)


@pytest.fixture
def coco(tmp_path):
    """Returns ``write(results) -> (annotation file, results file)``."""

    def write(results, truth=TRUTH):
        for name, content in (('gt.json', truth), ('dt.json', results)):
            (tmp_path / name).write_text(json.dumps(content))
        return tmp_path / 'gt.json', tmp_path / 'dt.json'

    return write


@pytest.fixture
def voc(tmp_path):
    """Returns ``write(first=1) -> folder`` with the images 000007 and 000012 in its test split."""

    def write(first=1):
        root = tmp_path / 'VOC2007'
        for folder in ('Annotations', 'JPEGImages', 'ImageSets/Main'):
            (root / folder).mkdir(parents=True)
        (root / 'ImageSets/Main/test.txt').write_text('000007\n000012\n')
        boxes = {
            '000007': ('ant', first, 1, 20, 20),
            '000012': ('bee', 11, 11, 70, 70),
        }
        for name, box in boxes.items():
            (root / f'Annotations/{name}.xml').write_text(XML.format(*box))
            cv2.imwrite(str(root / f'JPEGImages/{name}.jpg'), np.zeros((100, 120, 3), np.uint8))
        return root

    return write


def run(*files, **options):
    lines = []
    results = evaluate_files(*files, progress=False, say=lines.append, **options)
    return results, '\n'.join(lines)


def test_the_tool_prints_tables_and_writes_json(coco, tmp_path):
    gt, dt = coco([GOOD])
    bins = '--bins tiny:0:0.3 rest:0.3: --by relative-side'
    options = f'{bins} --bootstrap 5 --classwise'.split()
    files = ['--gt', gt, '--dt', dt, '--json', tmp_path / 'out.json']
    done = tool_process.run(TOOL, *files, *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'gt.json: 2 images, 2 objects' in done.stdout
    assert '% of image side' in done.stdout
    assert 'AR in % (and boxes) by class' in done.stdout
    assert 'annotations without an area, or with area 0: 1; computed' in done.stdout
    written = json.loads((tmp_path / 'out.json').read_text())['bbox']
    assert [entry['boxes'] for entry in written['scores']] == [1, 1, 2]
    assert written['resamples'] == 5
    failed = tool_process.run(TOOL, '--gt', gt, '--dt', tmp_path / 'no.json', cwd=tmp_path)
    said = f'error: --dt {tmp_path}/no.json: No such file or directory'
    assert tool_process.one_error(failed) == said


def test_both_shapes_are_scored_where_both_files_have_them(coco):
    octagon = [[0, 0, 20, 0, 20, 20, 0, 20]]
    truth = {**TRUTH, 'annotations': [{**TRUTH['annotations'][0], 'segmentation': octagon}]}
    rle = {'size': [100, 120], 'counts': 'Pg;'}
    (box,), _ = run(*coco([GOOD], truth))
    assert box.iou_type == 'bbox'
    results, _ = run(*coco([{**GOOD, 'segmentation': rle}], truth))
    assert [result.iou_type for result in results] == ['bbox', 'segm']
    (segm,), _ = run(*coco([{**GOOD, 'segmentation': rle}], truth), iou_types=['segm'])
    assert segm.iou_type == 'segm'


def test_what_cannot_be_scored_stops_or_is_left_out(coco):
    bad = [
        {**GOOD, 'image_id': 9},
        {**GOOD, 'image_id': 9},
        {**GOOD, 'category_id': 9},
        {**GOOD, 'score': float('nan')},
        {**GOOD, 'bbox': [500, 0, 20, 20], 'score': 0.1},
    ]
    files = coco([*bad, GOOD])
    told = ['2 of 6 detections refer to an image', '1 of 6 detections refer to a category']
    told += ['1 of 6 detections have a score that is not', '1 of 6 detections lie outside']
    with pytest.raises(UserError) as caught:
        run(*files)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(told)
    assert all(text in line for text, line in zip(told, lines, strict=True))
    (result,), text = run(*files, on_error='skip')
    assert all(line in text for line in told)
    assert result.detections == 2
    assert result.overall.ap == pytest.approx(0.5)


def test_objects_without_a_usable_box_stop_or_are_left_out(coco):
    broken = {**TRUTH['annotations'][0], 'id': 3, 'bbox': [0, 0, 'wide', 5], 'area': 5}
    files = coco([GOOD], {**TRUTH, 'annotations': [*TRUTH['annotations'], broken]})
    with pytest.raises(UserError, match=r'1 of 3 annotations have a box .* is annotation 3$'):
        run(*files)
    (result,), text = run(*files, on_error='skip')
    assert '1 of 3 annotations have a box that is not four finite numbers' in text
    assert result.overall.boxes == 2


def test_objects_without_area_box_and_mask_stop_or_are_left_out(coco):
    octagon = [[0, 0, 20, 0, 20, 20, 0, 20]]
    annotations = [
        {'id': 1, 'image_id': 1, 'category_id': 1, 'segmentation': octagon},
        {'id': 2, 'image_id': 1, 'category_id': 1},
    ]
    rle = {**GOOD, 'segmentation': {'size': [100, 120], 'counts': 'Pg;'}}
    files = coco([rle], {**TRUTH, 'annotations': annotations})
    with pytest.raises(UserError, match="1 of 2 annotations have no 'segmentation'"):
        run(*files, iou_types=['segm'])
    (result,), _ = run(*files, iou_types=['segm'], on_error='skip')
    assert result.overall.boxes == 1


def test_masks_of_another_size_are_refused(coco):
    octagon = [[0, 0, 20, 0, 20, 20, 0, 20]]
    truth = {**TRUTH, 'annotations': [{**TRUTH['annotations'][0], 'segmentation': octagon}]}
    rle = {'size': [120, 100], 'counts': 'Pg;'}
    with pytest.raises(UserError, match='1 of 1 detections have a mask of another size'):
        run(*coco([{**GOOD, 'segmentation': rle}], truth))


COMP4 = {
    'ant': '000007 0.9 1 1 20 20\n000012 0.3 1 1 9 9\n',
    'bee': '000012 0.8 11 11 70 70\n',
}


def write_comp4(folder, files=COMP4, split='test'):
    folder.mkdir()
    for name, text in files.items():
        (folder / f'comp4_det_{split}_{name}.txt').write_text(text)
    return folder


def test_voc_folder_with_voc_detections(voc, tmp_path):
    (result,), text = run(voc(), write_comp4(tmp_path / 'dt'))
    assert result.protocol == 'voc07'
    assert 'VOC 2007 (11 points)' in text
    assert result.overall.ap == pytest.approx(1)
    assert [c.name for c in result.classes] == ['ant', 'bee']
    assert [s.boxes for s in result.bins] == [1, 1, 0]
    box = result.matches.truth.box[0]
    assert box.tolist() == [0, 0, 20, 20]
    assert (result.matches.found.box[0] == box).all()
    (result,), _ = run(tmp_path / 'VOC2007', tmp_path / 'dt', protocol='coco')
    assert result.overall.ap == pytest.approx(1)


def test_voc_folder_that_counts_from_zero(voc, tmp_path):
    files = {**COMP4, 'ant': '000007 0.9 0 1 20 20\n'}
    (result,), _ = run(voc(first=0), write_comp4(tmp_path / 'dt', files))
    assert (result.matches.found.box[0] == [0, 1, 20, 19]).all()
    assert (result.matches.found.box[0] == result.matches.truth.box[0]).all()


@pytest.mark.parametrize(
    ('image', 'category'), [((7, 12), (1, 2)), (('000007', '000012'), ('ant', 'bee'))]
)
def test_voc_folder_with_coco_results(voc, tmp_path, image, category):
    found = [
        {'image_id': image[0], 'category_id': category[0], 'bbox': [0, 0, 20, 20], 'score': 0.9},
        {'image_id': image[1], 'category_id': category[1], 'bbox': [10, 10, 60, 60], 'score': 0.9},
    ]
    (tmp_path / 'dt.json').write_text(json.dumps(found))
    (result,), _ = run(voc(), tmp_path / 'dt.json')
    assert result.overall.ap == pytest.approx(1)


def test_results_of_another_convention_on_a_voc_folder_are_told_and_converted(voc, tmp_path):
    entries = [
        {'image_id': 7, 'category_id': 0, 'bbox': [0, 0, 20, 20], 'score': 0.9},
        {'image_id': '000012', 'category_id': 1, 'bbox': [10, 10, 60, 60], 'score': 0.8},
    ]
    (tmp_path / 'dt.json').write_text(json.dumps(entries))
    root = voc()
    with pytest.raises(UserError, match=r"; 2 do if categories .*: dt_format='from-0' reads"):
        run(root, tmp_path / 'dt.json')
    (result,), _ = run(root, tmp_path / 'dt.json', dt_format='from-0')
    assert result.overall.ap == pytest.approx(1)


def test_faults_of_voc_detections(voc, tmp_path):
    root = voc()
    files = {'ant': COMP4['ant'] + '000012 0.3 1 1\n', 'cow': '000007 0.9 1 1 9 9\n'}
    dt = write_comp4(tmp_path / 'dt', files)
    with pytest.raises(UserError, match=r"dt: 1 of 4 lines are not 'image .* is '000012 0.3 1 1'"):
        run(root, dt)
    (result,), text = run(root, dt, on_error='skip')
    assert '1 of 3 detections refer to a category that is not in the ground truth' in text
    assert 'no file for 1 of 2 classes, so nothing of them is found: bee' in text
    assert result.overall.ap == pytest.approx(0.5)
    with pytest.raises(UserError, match=r"has no split 'train', only test"):
        run(root, dt, split='train')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UserError, match=r'files named comp4_det_<split>_<class>\.txt'):
        run(root, tmp_path / 'empty')
    with pytest.raises(UserError, match=r'empty holds no boxes .*COCO layout.*VOC layout'):
        run(tmp_path / 'empty', dt)


def test_a_folder_in_coco_layout_is_scored_by_the_ids_of_its_file(tmp_path):
    write_coco(tmp_path / 'set')
    found = [
        {'image_id': i, 'category_id': 2 - i % 2, 'bbox': [10, 10, 20, 20], 'score': 0.9}
        for i in range(1, 6)
    ]
    (tmp_path / 'dt.json').write_text(json.dumps(found))
    (result,), text = run(tmp_path / 'set', tmp_path / 'dt.json', split='validation')
    assert result.overall.ap == pytest.approx(1)
    assert 'set: 5 images, 5 objects' in text
    assert 'IoU 0.50:0.95' in text  # COCO's protocol
