"""Results and ground truth that cannot be scored, in eval_by_size and compare_by_size."""

import json

import pytest
from quick import first_quick

NAN, INF, BIG = float('nan'), float('inf'), 10**400
IMAGES = [{'id': i, 'height': 60, 'width': 80, 'file_name': f'{i}.jpg'} for i in (1, 2)]
TRUTH = {
    'images': IMAGES,
    'categories': [{'id': 1, 'name': 'cat'}, {'id': 2, 'name': 'dog'}],
    'annotations': [
        {'id': i, 'image_id': i, 'category_id': i, 'bbox': [5, 5, 20, 20], 'iscrowd': 0,
         'area': 400, 'segmentation': [[5, 5, 25, 5, 25, 25, 5, 25]]}
        for i in (1, 2)
    ],
}  # fmt: skip
GOOD = {'image_id': 1, 'category_id': 1, 'bbox': [5, 5, 20, 20], 'score': 0.9}
MASK = {'size': [60, 80], 'counts': 'PXd0'}


def but(**changes) -> dict:
    """A detection with some keys changed, or (None) taken away."""
    return {key: value for key, value in {**GOOD, **changes}.items() if value is not None}


# What the results file holds; words of the message.
RESULTS = {
    'an object': (GOOD, 'COCO results list'),
    'a COCO file': (TRUTH, 'COCO results list'),
    'null': (None, 'COCO results list'),
    'a number': (5, 'COCO results list'),
    'a text': ('boxes', 'COCO results list'),
    'empty': ([], 'no detections'),
    'numbers': ([1, 2], 'not objects'),
    'lists': ([[1, 1, 5, 5, 20, 20, 0.9]], 'not objects'),
    'nulls': ([None], 'not objects'),
    'one a text': ([GOOD, 'box'], '1 of 2'),
    'no image': ([but(image_id=None)], "'image_id'"),
    'image a list': ([but(image_id=[1])], 'image'),
    'image an object': ([but(image_id={})], 'image'),
    'image a text': ([but(image_id='1')], 'image'),
    'image a file name': ([but(image_id='1.jpg')], 'image'),
    'image unknown': ([but(image_id=99)], 'image'),
    'image NaN': ([but(image_id=NAN)], 'image'),
    'no category': ([but(category_id=None)], "'category_id'"),
    'category a text': ([but(category_id='cat')], 'category'),
    'category from 0': ([but(category_id=0)], 'category'),
    'category an object': ([but(category_id={})], 'category'),
    'no score': ([but(score=None)], "'score'"),
    'score a text': ([but(score='0.9')], 'score'),
    'score a list': ([but(score=[0.9])], 'score'),
    'score NaN': ([but(score=NAN)], 'score'),
    'score infinite': ([but(score=INF)], 'score'),
    'score beyond floats': ([but(score=BIG)], 'score'),
    'score an object': ([but(score={})], 'score'),
    'score true': ([but(score=True)], 'score'),
    'no box': ([but(bbox=None)], "'bbox'"),
    'box of three': ([but(bbox=[1, 2, 3])], 'four finite numbers'),
    'box of five': ([but(bbox=[1, 2, 3, 4, 5])], 'four finite numbers'),
    'box empty': ([but(bbox=[])], 'four finite numbers'),
    'box of texts': ([but(bbox=['5', '5', '20', '20'])], 'four finite numbers'),
    'box with null': ([but(bbox=[5, 5, None, 20])], 'four finite numbers'),
    'box with NaN': ([but(bbox=[5, 5, NAN, 20])], 'four finite numbers'),
    'box infinite': ([but(bbox=[5, 5, INF, 20])], 'four finite numbers'),
    'box beyond floats': ([but(bbox=[5, 5, BIG, 20])], 'four finite numbers'),
    'box a text': ([but(bbox='5,5,20,20')], 'four finite numbers'),
    'box an object': ([but(bbox={'x': 5})], 'four finite numbers'),
    'box of lists': ([but(bbox=[[5], [5], [20], [20]])], 'four finite numbers'),
    'box of booleans': ([but(bbox=[True] * 4)], 'four finite numbers'),
    'box in a list': ([but(bbox=[[5, 5, 20, 20]])], 'four finite numbers'),
    'box negative': ([but(bbox=[25, 25, -20, -20])], 'negative'),
    'box outside': ([but(bbox=[500, 500, 20, 20])], 'outside'),
    'one good, one bad': ([GOOD, but(bbox=[1])], '1 of 2'),
}
# The mask of a detection, scored with --iou-type segm.
MASKS = {
    'none': (None, "'segmentation'"),
    'a text': ('mask', 'compressed RLE'),
    'a number': (5, 'compressed RLE'),
    'polygons': ([[5, 5, 25, 5, 25, 25]], 'compressed RLE'),
    'no counts': ({'size': [60, 80]}, 'compressed RLE'),
    'counts a list': ({'size': [60, 80], 'counts': [4800]}, 'compressed RLE'),
    'counts null': ({'size': [60, 80], 'counts': None}, 'compressed RLE'),
    'counts empty': ({'size': [60, 80], 'counts': ''}, 'fill'),
    'counts cut short': ({'size': [60, 80], 'counts': 'd'}, 'fill'),
    'counts of other letters': ({'size': [60, 80], 'counts': 'z\u00fc~'}, 'fill'),
    'counts of another image': ({'size': [60, 80], 'counts': 'PPP'}, 'fill'),
    'no size': ({'counts': 'PXd0'}, 'size'),
    'size turned': ({'size': [80, 60], 'counts': 'PXd0'}, 'size'),
    'size a text': ({'size': '60x80', 'counts': 'PXd0'}, 'size'),
    'size a number': ({'size': 4800, 'counts': 'PXd0'}, 'size'),
    'size null': ({'size': None, 'counts': 'PXd0'}, 'size'),
}


def truth(*path, value=None, drop=False):
    """The ground truth, changed at a place."""
    content = [json.loads(json.dumps(TRUTH))]
    place = content
    for key in (0, *path)[:-1]:
        place = place[key]
    last = (0, *path)[-1]
    if drop:
        del place[last]
    else:
        place[last] = value
    return content[0]


# What the annotation file holds; words of the message.
TRUTHS = {
    'a list': (truth(value=[]), 'COCO layout'),
    'null': (truth(value=None), 'COCO layout'),
    'no images': (truth('images', drop=True), "'images'"),
    'no annotations': (truth('annotations', drop=True), "'annotations'"),
    'no categories': (truth('categories', drop=True), "'categories'"),
    'images an object': (truth('images', value={}), "'images'"),
    'images empty': (truth('images', value=[]), 'image'),
    'image a number': (truth('images', 0, value=5), 'images[0]'),
    'image null': (truth('images', 0, value=None), 'images[0]'),
    'image a list': (truth('images', 0, value=['id']), 'images[0]'),
    'image without id': (truth('images', 0, 'id', drop=True), "images[0] has no 'id'"),
    'image id a list': (truth('images', 0, 'id', value=[1]), 'images[0]'),
    'image id an object': (truth('images', 0, 'id', value={}), 'images[0]'),
    'image id null': (truth('images', 0, 'id', value=None), 'images[0]'),
    'image id twice': (truth('images', 0, 'id', value=2), "'images'"),
    'annotation a text': (truth('annotations', 0, value='id'), 'annotations[0]'),
    'annotation without id': (truth('annotations', 0, 'id', drop=True), 'annotations[0]'),
    'annotation without image': (truth('annotations', 0, 'image_id', drop=True), 'annotations[0]'),
    'annotation id twice': (truth('annotations', 0, 'id', value=2), "'annotations'"),
    'annotation id a list': (truth('annotations', 0, 'id', value=[]), 'annotations[0]'),
    'image of annotation a list': (
        truth('annotations', 0, 'image_id', value=[1]),
        'annotations[0]',
    ),
    'category of annotation an object': (
        truth('annotations', 0, 'category_id', value={}),
        'annotations[0]',
    ),
    'category without name': (truth('categories', 0, 'name', drop=True), 'categories[0]'),
    'category name a list': (truth('categories', 0, 'name', value=[]), 'categories[0]'),
    'category id twice': (truth('categories', 0, 'id', value=2), "'categories'"),
    'category null': (truth('categories', 0, value=None), 'categories[0]'),
    'box a text': (truth('annotations', 0, 'bbox', value='5,5,20,20'), 'four finite numbers'),
    'box of three': (truth('annotations', 0, 'bbox', value=[1, 2, 3]), 'four finite numbers'),
    'box with NaN': (truth('annotations', 0, 'bbox', value=[1, 2, NAN, 4]), 'four finite numbers'),
    'box with null': (
        truth('annotations', 0, 'bbox', value=[1, 2, None, 4]),
        'four finite numbers',
    ),
    'box beyond floats': (truth('annotations', 0, 'bbox', value=[1, 2, BIG, 4]), 'four finite'),
    'box a number': (truth('annotations', 0, 'bbox', value=5), 'four finite numbers'),
    'box missing': (truth('annotations', 0, 'bbox', drop=True), "'bbox'"),
    'area a text': (truth('annotations', 0, 'area', value='400'), 'area'),
    'area NaN': (truth('annotations', 0, 'area', value=NAN), 'area'),
    'area beyond floats': (truth('annotations', 0, 'area', value=BIG), 'area'),
    'area a list': (truth('annotations', 0, 'area', value=[400]), 'area'),
    'area negative': (truth('annotations', 0, 'area', value=-4), 'area'),
    'iscrowd a text': (truth('annotations', 0, 'iscrowd', value='no'), 'iscrowd'),
    'iscrowd a list': (truth('annotations', 0, 'iscrowd', value=[0]), 'iscrowd'),
    'width a text': (truth('images', 0, 'width', value='80'), 'width'),
    'width a list': (truth('images', 0, 'width', value=[80]), 'width'),
    'width negative': (truth('images', 0, 'width', value=-80), 'width'),
    'width NaN': (truth('images', 0, 'width', value=NAN), 'width'),
    'width null': (truth('images', 0, 'width', value=None), 'width'),
    'width beyond floats': (truth('images', 0, 'width', value=BIG), 'width'),
}
TOLD = 'area'  # mended and said in a note, so that scoring goes on: see the test below
# The mask of an object, scored with --iou-type segm.
TRUE_MASKS = {
    'none': (None, "'segmentation'"),
    'a text': ('mask', 'cannot be read'),
    'a number': (5, 'cannot be read'),
    'one point': ([[5, 5]], 'cannot be read'),
    'a polygon of texts': ([['5', '5', '25', '5', '25', '25']], 'cannot be read'),
    'a polygon with NaN': ([[5, 5, 25, 5, 25, NAN]], 'cannot be read'),
    'a polygon far out': ([[5, 5, 1e9, 5, 25, 25]], 'cannot be read'),
    'a polygon beyond floats': ([[5, 5, BIG, 5, 25, 25]], 'cannot be read'),
    'numbers': ([5, 5, 25, 5, 25, 25], 'cannot be read'),
    'runs that do not fill': ({'size': [60, 80], 'counts': [5]}, 'cannot be read'),
    'runs negative': ({'size': [60, 80], 'counts': [-1, 4801]}, 'cannot be read'),
    'runs of texts': ({'size': [60, 80], 'counts': ['4800']}, 'cannot be read'),
    'runs of another image': ({'size': [80, 60], 'counts': [4800]}, 'another size'),
    'runs of a huge image': ({'size': [2**40, 2**40], 'counts': [2**80]}, 'cannot be read'),
    'compressed and cut short': ({'size': [60, 80], 'counts': 'd'}, 'cannot be read'),
    'compressed without size': ({'counts': 'PXd0'}, 'cannot be read'),
}
BYTES = {
    'empty': (b'', 'JSON'),
    'cut short': (json.dumps([GOOD])[:-5].encode(), 'JSON'),
    'a line for each': (b'{"image_id": 1}\n{"image_id": 2}\n', 'JSON'),
    'a pickle': (b'\x80\x04]\x94.', 'pickle'),
    'UTF-16': (json.dumps([GOOD]).encode('utf-16'), 'utf-8'),
    'git-lfs pointer': (b'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'Git LFS'),
    'a page': (b'<html></html>', 'HTML'),
    'packed by gzip': (b'\x1f\x8b\x08\x00', 'gzip'),
    'a zip archive': (b'PK\x05\x06' + bytes(18), 'zip'),
    'deep': (b'[' * 100_000, 'JSON'),
    'CSV': (b'image,x,y\n1,2,3\n', 'JSON'),
}
WHERE = {
    'eval_by_size': ('--gt', 'gt.json', '--dt', 'dt.json'),
    'compare_by_size': ('dt.json', 'other.json', '--gt', 'gt.json', '-o', 'r.html'),
}


@pytest.fixture
def write(tmp_path):
    def write(results=(GOOD,), truth=TRUTH):
        for name, content in (('gt', truth), ('dt', results), ('other', [GOOD])):
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            (tmp_path / f'{name}.json').write_bytes(content)

    return write


@pytest.mark.parametrize('tool', first_quick(WHERE))
@pytest.mark.parametrize('what', RESULTS)
def test_results_that_are_wrong(what, tool, write, refused):
    content, says = RESULTS[what]
    write(content)
    refused(tool, *WHERE[tool], says=('dt.json', says))


@pytest.mark.parametrize('what', MASKS)
def test_masks_of_results_that_are_wrong(what, write, refused):
    mask, says = MASKS[what]
    write([but(segmentation=mask), but(segmentation=MASK)])
    refused('eval_by_size', *WHERE['eval_by_size'], '--iou-type', 'segm', says=('dt.json', says))


@pytest.mark.parametrize('tool', first_quick(WHERE))
@pytest.mark.parametrize('what', [what for what in TRUTHS if not what.startswith(TOLD)])
def test_ground_truth_that_is_wrong(what, tool, write, refused):
    content, says = TRUTHS[what]
    write(truth=content)
    refused(tool, *WHERE[tool], says=says)


@pytest.mark.parametrize('what', TRUE_MASKS)
def test_masks_of_ground_truth_that_are_wrong(what, write, refused):
    mask, says = TRUE_MASKS[what]
    write([but(segmentation=MASK)], truth('annotations', 0, 'segmentation', value=mask))
    refused('eval_by_size', *WHERE['eval_by_size'], '--iou-type', 'segm', says=says)


@pytest.mark.parametrize('name', ['gt.json', 'dt.json'])
@pytest.mark.parametrize('what', BYTES)
def test_a_file_that_is_no_json(what, name, write, tmp_path, refused):
    content, says = BYTES[what]
    write()
    (tmp_path / name).write_bytes(content)
    refused('eval_by_size', *WHERE['eval_by_size'], says=(name, says))


@pytest.mark.parametrize('tool', WHERE)
@pytest.mark.parametrize('name', ['gt.json', 'dt.json'])
@pytest.mark.parametrize('what', ['gone', 'a folder', 'a link to nothing'])
def test_a_file_that_is_not_there(what, name, tool, write, tmp_path, refused):
    write()
    (tmp_path / name).unlink()
    if what == 'a folder':
        (tmp_path / name).mkdir()
    elif what == 'a link to nothing':
        (tmp_path / name).symlink_to('gone')
    refused(tool, *WHERE[tool], says=name)
