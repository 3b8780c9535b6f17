import json
import random
import re

import numpy as np
import pytest
from folders import voc_xml, write_image, write_voc

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.ground_truth import DIFFICULT
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.voc import FROM_ZERO, read_voc
from res2net_mm.formats.findings import PROBLEM


def annotations_of(split):
    return json.loads(split.ann_file.read_text())['annotations']


@pytest.mark.parametrize('place', ['', 'VOC2007', 'VOCdevkit/VOC2007'])
@pytest.mark.parametrize('suffix', ['.jpg', '.jpeg', '.png'])
def test_recognised_where_it_lies(place, suffix, tmp_path):
    xmls = {'a': voc_xml([('dog', 1, 1, 9, 9)]), 'b': voc_xml([('cat', 2, 2, 9, 9)])}
    write_voc(tmp_path / 'set' / place, xmls, {'train': ['a'], 'val': ['b']}, suffix=suffix)
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    assert (folder.layout, folder.classes) == ('voc', ('cat', 'dog'))
    assert folder.splits['train'].boxes_by_class == {'cat': 0, 'dog': 1}
    assert folder.splits['val'].boxes_by_class == {'cat': 1, 'dog': 0}
    assert any('without a box to train on' in finding.name for finding in folder.findings)
    assert (folder.splits['train'].image_dir / f'a{suffix}').is_file()


def test_coordinates_count_from_one_and_include_both_ends(tmp_path):
    """The whole 80 x 60 image is 1, 1, 80, 60 in VOC, and 0, 0, 80, 60 in COCO."""
    xmls = {
        'a': voc_xml([('dog', 1, 1, 80, 60), ('dog', 11, 21, 30, 30)]),
        'b': voc_xml(),
    }
    write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    annotations = annotations_of(recognise(tmp_path / 'set', tmp_path / 'out').splits['train'])
    assert [a['bbox'] for a in annotations] == [[0, 0, 80, 60], [10, 20, 20, 10]]
    assert [a['area'] for a in annotations] == [4800, 200]


def test_a_folder_that_counts_from_zero_is_taken_so(tmp_path):
    xmls = {
        'a': voc_xml([('dog', 0, 0, 80, 60), ('dog', 10, 20, 30, 30)]),
        'b': voc_xml(),
    }
    write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    boxes = [annotation['bbox'] for annotation in annotations_of(folder.splits['train'])]
    assert boxes == [[0, 0, 80, 60], [10, 20, 20, 10]]
    assert annotations_of(folder.splits['val'])[0]['bbox'] == [11, 11, 19, 19]
    assert 'counting pixels from 0' in folder.summary()


@pytest.mark.parametrize('box', [(5, 5, 5, 9), (5, 5, 9, 5), (9, 5, 5, 9), ('x', 5, 9, 9)], ids=str)
def test_clicks_and_turned_boxes_are_left_out(box, tmp_path):
    xmls = {'a': voc_xml([('dog', *box), ('dog', 5, 5, 6, 6)]), 'b': voc_xml()}
    write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    assert folder.splits['train'].boxes == 1
    assert folder.findings[0].examples[0].startswith('a.jpg: dog')


def test_difficult_is_ignored_as_the_metric_knows_it(tmp_path):
    xmls = {'a': voc_xml([('dog', 1, 1, 9, 9, 'difficult'), ('dog', 5, 5, 30, 30)])}
    xmls['b'] = voc_xml()
    write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    train = recognise(tmp_path / 'set', tmp_path / 'out').splits['train']
    difficult, plain = annotations_of(train)
    assert (difficult['iscrowd'], difficult[DIFFICULT]) == (1, 1)
    assert plain['iscrowd'] == 0
    assert DIFFICULT not in plain
    assert (train.boxes, train.ignored) == (1, 1)


def test_lines_of_the_split_files(tmp_path):
    xmls = {name: voc_xml() for name in ('a', 'b b', 'c', 'd')}
    lines = {
        'train': ['a -1', 'b b', '', 'c.jpg'],
        'val': ['d  1', 'e' * 999],
        'dog_train': ['nothing'],
    }
    write_voc(tmp_path / 'set', xmls, lines)
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    images = json.loads(folder.splits['train'].ann_file.read_text())['images']
    assert [image['file_name'] for image in images] == ['a.jpg', 'b b.jpg', 'c.jpg']
    (finding,) = folder.findings
    assert finding.examples == ('e' * 999,)


def test_without_split_files_every_fifth_is_held_out(tmp_path):
    write_voc(tmp_path / 'set', {f'{i:02d}': voc_xml() for i in range(10)}, {})
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    assert [split.images for split in folder.splits.values()] == [8, 2, 2]
    val = json.loads(folder.splits['val'].ann_file.read_text())['images']
    assert [image['file_name'] for image in val] == ['04.jpg', '09.jpg']


def test_images_without_xml_are_left_out(tmp_path):
    home = write_voc(tmp_path / 'set', {'a': voc_xml(), 'b': voc_xml()}, {'val': ['b']})
    (home / 'ImageSets/Main/train.txt').write_text('a\nmissing\n')
    (home / 'ImageSets/Main/test.txt').write_text('secret\n')
    folder = recognise(home, tmp_path / 'out')
    assert [split.images for split in folder.splits.values()] == [1, 1, 1]
    assert folder.splits['test'].ann_file == folder.splits['val'].ann_file
    assert 'missing' in folder.summary()


@pytest.mark.parametrize('size', [None, (0, 0), ('inf', 60)])
def test_size_is_read_from_the_image(size, tmp_path):
    xmls = {'a': voc_xml(size=size), 'b': voc_xml()}
    home = write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    write_image(home / 'JPEGImages/a.jpg', height=44, width=55)
    folder = recognise(home, tmp_path / 'out')
    image = json.loads(folder.splits['train'].ann_file.read_text())['images'][0]
    assert (image['height'], image['width']) == (44, 55)


def test_the_folder_stays_as_it_is_and_copies_are_whole(tmp_path, monkeypatch):
    home = write_voc(tmp_path / 'set', {'a': voc_xml(), 'b': voc_xml()}, {'train': ['a', 'b']})
    before = {file: file.read_bytes() for file in home.rglob('*') if file.is_file()}
    folder = recognise(home, tmp_path / 'out')
    assert {file: file.read_bytes() for file in home.rglob('*') if file.is_file()} == before
    first = folder.splits['train'].ann_file.read_bytes()

    def fail(*_, **__):
        raise OSError('disk full')

    monkeypatch.setattr('json.dumps', fail)
    with pytest.raises(OSError, match='disk full'):
        recognise(home, tmp_path / 'out')
    assert folder.splits['train'].ann_file.read_bytes() == first
    assert len(list((tmp_path / 'out').iterdir())) == 2


BROKEN = {
    'xml cut short': (
        lambda home: (home / 'Annotations/a.xml').write_text('<annotation>'),
        'a.xml',
    ),
    'object without class': (
        lambda home: (home / 'Annotations/a.xml').write_text(voc_xml([('', 1, 1, 9, 9)])),
        r'cannot be used: 1 \(.*a.xml: an object has no <name>',
    ),
    'image missing': (
        lambda home: (home / 'JPEGImages/a.jpg').unlink(),
        r'without an image .*: 1 \(Annotations/a.xml\)',
    ),
    'list of names elsewhere': (
        lambda home: (home / 'ImageSets/Main/train.txt').write_text('/etc/passwd\n'),
        r'train.txt: images without an XML file, left out: 1 \(/etc/passwd\)',
    ),
    'another root element': (
        lambda home: (home / 'Annotations/a.xml').write_text('<annotations/>'),
        r'a.xml has the root element <annotations>, not <annotation>',
    ),
    'image unreadable': (
        lambda home: (
            (home / 'Annotations/a.xml').write_text(voc_xml(size=None)),
            (home / 'JPEGImages/a.jpg').write_bytes(np.arange(9, dtype=np.uint8).tobytes()),
        ),
        'a.jpg cannot be read',
    ),
    'no objects': (
        lambda home: [
            (home / f'Annotations/{name}.xml').write_text(voc_xml([])) for name in ('a', 'b')
        ],
        'no boxes to train on',
    ),
    'only difficult': (
        lambda home: (home / 'Annotations/a.xml').write_text(voc_xml([('dog', 1, 1, 9, 9, 1)])),
        r"boxes of the split 'train' that can be used, as all 1 are .* difficult: 0",
    ),
    'two sets': (
        lambda home: write_voc(home / 'VOC2012', {'a': voc_xml([])}, {}),
        '2 folders in VOC layout within each other: ., VOC2012',
    ),
}


@pytest.mark.parametrize('fault', BROKEN)
def test_broken_folders_get_one_error(fault, tmp_path):
    break_it, message = BROKEN[fault]
    xmls = {'a': voc_xml(), 'b': voc_xml()}
    home = write_voc(tmp_path / 'set', xmls, {'train': ['a'], 'val': ['b']})
    break_it(home)
    with pytest.raises(UserError, match=message):
        recognise(tmp_path / 'set', tmp_path / 'out')
    assert not list(tmp_path.glob('out/*'))


def outlined(*objects):
    """An annotation with boxes, some of them with an outline or that alone."""
    polygon = (
        '<polygon><x1>10</x1><y1>10</y1><x2>30</x2><y2>10</y2><x3>10</x3><y3>40</y3></polygon>'
    )
    text = voc_xml([('dog', 1, 1, 40, 50)] * len(objects))
    box = re.search('<bndbox>.*?</bndbox>', text)[0]
    inside = {'box': box, 'outline': polygon, 'both': box + polygon}
    for kind in objects:
        text = text.replace(f'<difficult>0</difficult>{box}', inside[kind], 1)
    return text


def test_outlines_become_masks(tmp_path):
    write_voc(tmp_path, {'a': outlined('outline', 'both', 'box')}, {})
    findings = Findings()
    (split,) = read_voc(tmp_path, findings).values()
    triangle = [[10, 10, 30, 10, 10, 40]]
    assert [
        (a['bbox'], a['area'], a.get('segmentation')) for a in split.content['annotations']
    ] == [
        ([10, 10, 20, 30], 300, triangle),
        ([0, 0, 40, 50], 300, triangle),
        ([0, 0, 40, 50], 2000, None),
    ]
    assert [(f.name, f.count) for f in findings] == [
        ('objects with an outline and no box, which get the box around it', 1)
    ]


def test_sets_that_count_from_zero_and_from_one(tmp_path):
    """Each set counts as its boxes say; the splits of one set count alike."""
    for home, box in {'s/train': (0, 0, 9, 9), 's/val': (5, 5, 9, 9), 't': (5, 5, 9, 9)}.items():
        write_voc(tmp_path / home, {home.replace('/', ''): voc_xml([('dog', *box)])}, {})
    splits = read_voc(tmp_path, findings := Findings())
    boxes = {split: part.content['annotations'][0]['bbox'] for split, part in splits.items()}
    assert boxes['train'] == [0, 0, 9, 9]
    assert boxes['val'] == [5, 5, 4, 4]
    assert [(f.file, f.count) for f in findings if f.name == FROM_ZERO] == [(tmp_path / 's', 2)]


def test_guessed_encodings_are_named_with_what_was_read(tmp_path):
    home = write_voc(tmp_path, {'a': voc_xml(), 'b': voc_xml()}, {})
    (home / 'Annotations/b.xml').write_bytes(voc_xml([('行人', 1, 1, 9, 9)]).encode('gbk'))
    (split,) = read_voc(tmp_path, findings := Findings()).values()
    assert [category['name'] for category in split.content['categories']] == ['dog', '行人']
    (finding,) = findings
    assert (finding.severity, finding.count) == (PROBLEM, 1)
    assert finding.name.endswith('read as GBK')
    assert finding.examples == ('Annotations/b.xml: 行人',)


def test_folders_within_folders_are_refused_and_others_joined(tmp_path):
    for home in ('x/one', 'x/two'):
        write_voc(tmp_path / home, {home[-3:]: voc_xml()}, {})
    (split,) = read_voc(tmp_path, findings := Findings()).values()
    assert [image['file_name'] for image in split.content['images']] == [
        'one/JPEGImages/one.jpg',
        'two/JPEGImages/two.jpg',
    ]
    assert split.image_dir == tmp_path / 'x'
    assert findings[0].examples == ('x/one', 'x/two')
    write_voc(tmp_path / 'x', {'all': voc_xml()}, {})
    with pytest.raises(UserError, match=r'3 folders .* within each other: x, x/one, x/two'):
        read_voc(tmp_path, Findings())


@pytest.mark.parametrize('names', ['ab', 'a'])
def test_images_of_a_kind_that_is_not_read_are_named(names, tmp_path):
    write_voc(tmp_path, {name: voc_xml() for name in names}, {})
    (tmp_path / 'JPEGImages/a.jpg').rename(tmp_path / 'JPEGImages/a.heic')
    with pytest.raises(UserError, match=r'a\.xml \(JPEGImages/a\.heic is of no such kind\)'):
        read_voc(tmp_path, Findings())


PLACES = ('', 'train', 'val', 'test', 'Annotations', 'VOC2007', 'VOC2012', 'ImageSets/Main')
NOT_READ = re.compile(
    'XML files (whose|that are copies|with another|without|that no list names, not|of no|that c)'
)


@pytest.mark.parametrize('seed', range(60))
def test_no_xml_file_is_dropped_in_silence(seed, tmp_path):
    """Files thrown into folders: each XML file is read, or counted in a finding."""
    chance = random.Random(seed)
    places = ['/'.join(chance.choices(PLACES, k=2)).strip('/') for _ in range(4)]
    for _ in range(14):
        home, stem = tmp_path / chance.choice(places), chance.choice('abc')
        home.mkdir(parents=True, exist_ok=True)
        match chance.choice(('voc', 'voc', 'image', 'image', 'other', 'list')):
            case 'voc':
                (home / f'{stem}.xml').write_text(f'{voc_xml()}<!-- {chance.random()} -->')
            case 'other':
                (home / f'{stem}.xml').write_text('<annotations/>')
            case 'image':
                (home / f'{stem}.jpg').touch()
            case 'list':
                name = chance.choice(('train', 'val', 'test', 'default', 'x_train'))
                (home / f'{name}.txt').write_text('\n'.join(chance.choices('abc', k=3)))
    findings = Findings(stop=False)
    try:
        splits = read_voc(tmp_path, findings)
    except UserError:
        return
    read = {file for part in splits.values() for file in part.image_files}
    left = sum(finding.count for finding in findings if NOT_READ.match(finding.name))
    assert not splits or len(read) + left == len([*tmp_path.rglob('*.xml')])
