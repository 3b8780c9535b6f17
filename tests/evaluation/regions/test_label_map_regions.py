"""Scoring folders of label maps from the command line, and everything that can be wrong."""

import json

import cv2
import numpy as np
import pytest
import tool_process
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.evaluation.evaluate_saved import evaluate_saved
from res2net_mm.evaluation.regions import read_regions, score_regions
from res2net_mm.evaluation.regions.label_map_regions import evaluate_label_maps

NAMES = ('x/a.png', 'x/b.png', 'c.png')


def label_map(index, shift=0, first=0, ignored=255):
    """40x60 px: class 1 a large square, class 2 a small one, a strip that is ignored."""
    labels = np.full((40, 60), first, np.uint8)
    labels[5:30, 5 + shift : 40] = first + 1
    labels[32:36, 10 + index : 14 + index + shift] = first + 2
    labels[:, 58:] = ignored
    return labels


def write(path, labels, palette=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels)
    if palette:
        image = image.convert('P')
        image.putpalette([value for i in range(256) for value in (255 - i, i, 9)])
        image.putdata(labels.ravel().tolist())
    image.save(path)


@pytest.fixture
def folders(tmp_path):
    """Three label maps and their predictions, two columns off."""
    for i, name in enumerate(NAMES):
        write(tmp_path / 'gt' / name, label_map(i))
        write(tmp_path / 'dt' / name, label_map(i, shift=2))
    return tmp_path / 'gt', tmp_path / 'dt'


def run(*folders, **options):
    lines = []
    result = evaluate_label_maps(*folders, progress=False, say=lines.append, **options)
    return result, '\n'.join(lines)


@pytest.mark.parametrize('kind', ['white', 'colours', 'ids'])
@pytest.mark.parametrize('predicted', ['alike', 'labels'])
def test_predictions_are_as_the_ground_truth_or_labels(kind, predicted, folders, tmp_path):
    gt, dt = folders
    shown = {
        'white': np.array([0, 255, 255], np.uint8),
        'colours': np.array([(0, 0, 200), (9, 8, 7), (1, 1, 1)], np.uint8),
        'ids': np.array([7, 2, 30], np.uint8),
    }[kind]
    if kind == 'colours':
        (tmp_path / 'class_dict.csv').write_text('name,r,g,b\na,0,0,200\nb,9,8,7\nc,1,1,1\n')
    elif kind == 'ids':
        (tmp_path / 'classes.json').write_text('{"7": "b", "2": "a", "30": "c"}')
    orders = {'white': [0, 1, 1], 'colours': [0, 1, 2], 'ids': [1, 0, 2]}
    order = np.array(orders[kind], np.uint8)
    for i, name in enumerate(NAMES):
        truth = label_map(i, ignored=0)
        write(gt / name, shown[truth])
        labels = label_map(i, shift=2, ignored=0)
        write(
            dt / name, shown[labels] if predicted == 'alike' else np.array(order, np.uint8)[labels]
        )
        write(tmp_path / 'plain/gt' / name, np.array(order, np.uint8)[truth])
        write(tmp_path / 'plain/dt' / name, np.array(order, np.uint8)[labels])
    classes = 2 + (kind != 'white')
    plain = [f'class {i}' for i in range(classes)]
    expected, _ = run(tmp_path / 'plain/gt', tmp_path / 'plain/dt', classes=plain)
    result, _ = run(gt, dt)
    assert [c.iou for c in result.columns] == [c.iou for c in expected.columns]
    assert len(result.classes) == classes


def test_the_tool_prints_the_table_and_writes_files(folders, tmp_path):
    gt, dt = folders
    out = tmp_path / 'out.json'
    options = f'--gt {gt} --dt {dt} --classes sky wall cat --bins 5 --by side --bootstrap 4'
    options = [*options.split(), '--json', out]
    done = tool_process.run('eval_by_size.py', *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for text in ('3 label maps of 3 classes, as given', 'mIoU', '95 % intervals of 4 draws', 'cat'):
        assert text in done.stdout
    written = json.loads(out.read_text())
    assert [entry['regions'] for entry in written['scores']] == [3, 6, 9]
    assert written['classes'][2]['scores'][0]['IoU'] == 16 / 24
    result = score_regions(read_regions(tmp_path / 'out.npz'), bins=[5], bins_by='side')
    assert result.overall.iou == written['scores'][-1]['IoU']


def test_palettes_and_labels_that_begin_at_one(folders, tmp_path):
    plain, _ = run(*folders)
    for i, name in enumerate(NAMES):
        write(tmp_path / 'gt1' / name, label_map(i, first=1, ignored=0), palette=True)
        write(tmp_path / 'dt1' / name, label_map(i, shift=2, first=1, ignored=1), palette=True)
    moved, text = run(tmp_path / 'gt1', tmp_path / 'dt1', ignore_index=0)
    assert '3 classes, named by their labels; label 0 ignored' in text
    assert [c.name for c in moved.classes] == ['class_1', 'class_2', 'class_3']
    assert [c.overall for c in moved.classes] == [c.overall for c in plain.classes]
    assert plain.classes[1].overall.iou == 33 / 35
    with pytest.raises(
        UserError, match=r'3 of 3 label maps hold a label that is no class \(1 to 3'
    ):
        run(tmp_path / 'gt1', folders[1], ignore_index=0)  # predictions that begin at 0


def test_names_beside_the_folder_and_the_ignored_label_they_tell(folders):
    gt, dt = folders
    (gt.parent / 'classes.txt').write_text('sky\nwall\ncat\n')
    result, text = run(gt / 'x', dt / 'x')
    assert [c.name for c in result.classes] == ['sky', 'wall', 'cat']
    assert 'label 255 ignored' in text


def test_what_is_predicted_where_the_truth_is_ignored_does_not_matter(folders):
    gt, dt = folders
    before, _ = run(gt, dt)
    labels = cv2.imread(str(dt / 'c.png'), cv2.IMREAD_UNCHANGED)
    assert (labels[:, 58:] == 255).all()
    labels[:, 58:] = 77
    write(dt / 'c.png', labels)
    assert run(gt, dt)[0] == before


def test_every_fault_is_counted_and_stops_or_is_left_out(folders):
    gt, dt = folders
    for i in range(3, 8):
        write(gt / f'{i}.png', label_map(i))
        write(dt / f'{i}.png', label_map(i))
    (gt / '3.png').write_bytes(b'no')
    (dt / '4.png').unlink()
    write(dt / '5.png', np.full((40, 60, 3), (0, 9, 200), np.uint8))
    write(dt / '6.png', label_map(6)[1:])
    write(dt / '7.png', np.where(label_map(7) == 2, 9, label_map(7)).astype(np.uint8))
    write(dt / 'more.png', label_map(0))
    told = [
        '1 of 8 label maps have a ground truth that is no label map',
        '1 of 8 label maps are missing',
        '1 of 8 label maps are no label maps',
        '1 of 8 label maps have another size than the ground truth',
        '1 of 8 label maps hold a label that is no class (0 to 2 are: ',
    ]
    shown = ['3.png cannot be read', '4.png', '5.png holds colours']
    shown += ['6.png: 60x39 px, ground truth 60x40 px', '7.png, label 9']
    with pytest.raises(UserError) as caught:
        run(gt, dt)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(told)
    for line, fault, example in zip(lines, told, shown, strict=True):
        assert fault in line
        assert example in line
    result, text = run(gt, dt, on_error='skip')
    assert all(fault in text for fault in told)
    assert '1 label maps without ground truth, the first is more.png' in text
    assert result.images == 3
    assert len(result.notes) == 5
    for name in NAMES:
        (dt / name).unlink()
    with pytest.raises(UserError, match=r'none of the 8 label maps of .* can be scored'):
        run(gt, dt, on_error='skip')


def test_what_cannot_be_meant_is_refused(folders, tmp_path):
    gt, dt = folders
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UserError, match=r'empty holds no label maps .* In it: nothing'):
        evaluate_saved(gt, tmp_path / 'empty')
    with pytest.raises(UserError, match=r'none of the 2 classes .*label 2 in 3 label maps'):
        run(gt, dt, classes=['sky', 'wall'])
    for options, message in (
        (dict(bootstrap=-1), 'bootstrap=-1 must be 0'),
        (dict(tolerance=0), 'tolerance of boundaries'),
        (dict(on_error='go'), 'on_error must be one of'),
    ):
        with pytest.raises(UserError, match=message):
            run(gt, dt, **options)
