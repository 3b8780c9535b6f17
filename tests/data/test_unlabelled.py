"""Images without labels: which folders hold such, and what a config becomes to be run on them."""

import json

import pytest
from folders import coco_content, write_coco, write_image, write_json
from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope
from shipped_configs import LIGHT, LIGHT_SEGMENTER

from res2net_mm.data.unlabelled import find_unlabelled
from res2net_mm.data.use_folder import use_folder
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings

KNOWN = ('dog', 'cat')


@pytest.fixture
def folder(tmp_path):
    """Two images at two depths, beside files that are no labels."""
    root = tmp_path / 'data'
    write_image(root / 'a.jpg')
    write_image(root / 'trip/day 1/ß.PNG', height=30)
    (root / 'README.txt').write_text('taken in May')
    (root / 'clip.mp4').touch()
    return root


def bare(content, *without):
    """A COCO dict with no annotation, and without some of its lists."""
    return {k: v for k, v in {**content, 'annotations': []}.items() if k not in without}


def configured(config, folder, tmp_path, **options):
    cfg = Config.fromfile(config)
    cfg.work_dir = str(tmp_path / 'run')
    return cfg, use_folder(cfg, folder, training=False, known=KNOWN, **options)


def test_all_images_are_found_at_any_depth(folder):
    findings = Findings()
    found = find_unlabelled(folder, findings)
    assert found.content['images'] == [
        dict(id=1, file_name='a.jpg', height=60, width=80),
        dict(id=2, file_name='trip/day 1/ß.PNG', height=30, width=80),
    ]
    ((note),) = map(str, findings)
    assert note.endswith('files that are no images, not used: 2 (README.txt, clip.mp4)')


@pytest.mark.parametrize('name', ['a.txt', 'x/labels.csv', 'a.xml', 'b.json', 'a.npy', 'data.yaml'])
def test_what_looks_like_labels_is_refused_as_before(name, folder, tmp_path):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text('{"of no": "layout"}')
    assert find_unlabelled(folder, Findings()) is None
    with pytest.raises(UserError, match='holds no boxes in a known layout'):
        configured(LIGHT, folder, tmp_path)


def test_images_beside_label_maps_are_not_without_labels(folder, tmp_path):
    write_image(folder / 'masks/a.png')
    with pytest.raises(UserError, match='It looks like a folder of label maps'):
        configured(LIGHT, folder, tmp_path)


def test_nothing_is_trained_on_or_tested_in_a_given_layout_without_labels(folder, tmp_path):
    cfg = Config(dict(Config.fromfile(LIGHT), work_dir=str(tmp_path)))
    with pytest.raises(UserError, match='holds no boxes'):
        use_folder(cfg, folder)
    with pytest.raises(UserError, match='is not as layout='):
        configured(LIGHT, folder, tmp_path, layout='voc')
    with pytest.raises(UserError, match='holds no boxes'):
        configured(LIGHT, tmp_path / 'run', (tmp_path / 'run').mkdir() or tmp_path)


@pytest.mark.parametrize('name', ['instances_test2017.json', 'image_info_test-dev2017.json'])
@pytest.mark.parametrize('lacking', [(), ('annotations',)])
def test_a_list_without_annotations_tells_images_and_ids(name, lacking, tmp_path):
    root = tmp_path / 'data'
    names = ['1.jpg', '2.jpg']
    for image in (*names, 'unlisted.jpg'):
        write_image(root / 'test2017' / image)
    content = coco_content(names)
    content['images'][1]['id'] = 581929
    write_json(root / 'annotations' / name, bare(content, *lacking))
    cfg, said = configured(LIGHT, root, tmp_path)
    written = json.loads((tmp_path / 'run/predictions/images.json').read_text())
    assert written['images'] == content['images']
    assert written['categories'] == [dict(id=2, name='dog'), dict(id=1, name='cat')]
    assert cfg.test_dataloader.dataset.data_prefix.img == str(root / 'test2017')
    assert '2 images, and no boxes: they are predicted on' in said


def test_two_lists_are_one_too_many(tmp_path):
    root = tmp_path / 'data'
    write_image(root / '1.jpg')
    for name in ('image_info_test.json', 'image_info_test-dev.json'):
        write_json(root / name, bare(coco_content(['1.jpg'])))
    with pytest.raises(UserError, match='has 2 lists of images without labels'):
        configured(LIGHT, root, tmp_path)


def test_a_labelled_split_is_scored_even_beside_one_without_labels(tmp_path):
    root = write_coco(tmp_path / 'data', splits=('val', 'test'))
    file = root / 'annotations/instances_test2017.json'
    write_json(file, bare(json.loads(file.read_text())))
    cfg, said = configured(LIGHT, root, tmp_path)
    assert cfg.test_evaluator.get('format_only') is None
    assert "images of the split 'test', not used because it has no boxes: 5" in said


def test_a_detector_writes_results_and_loads_no_labels(folder, tmp_path):
    cfg, said = configured(LIGHT, folder, tmp_path)
    out = tmp_path / 'run/predictions'
    assert cfg.test_evaluator == dict(
        type='res2net_mm.SizeMetric',
        metric=['bbox'],
        ann_file=str(out / 'images.json'),
        format_only=True,
        out_dir=str(out),
    )
    assert cfg.test_dataloader.dataset.metainfo.classes == KNOWN
    assert cfg.model.roi_head.bbox_head.num_classes == 2
    assert not [s for s in cfg.test_dataloader.dataset.pipeline if 'Annotations' in s.type]
    assert f'{folder}: 2 images, and no boxes: they are predicted on, and there is no' in said
    assert 'Looked for: COCO layout, VOC layout, YOLO layout, ' in said


def test_a_segmenter_reads_the_list_of_all_images(folder, tmp_path):
    cfg, said = configured(LIGHT_SEGMENTER, folder, tmp_path)
    listing = tmp_path / 'run/predictions/images.txt'
    assert listing.read_text() == 'a.jpg\ntrip/day 1/ß.PNG\n'
    assert cfg.test_evaluator == []
    assert cfg.test_dataloader.dataset.ann_file == str(listing)
    assert cfg.model.decode_head.num_classes == 2
    assert '2 images, and no label maps: they are' in said


def test_panoptic_models_are_sent_to_predict(folder, tmp_path):
    cfg = Config.fromfile(LIGHT)
    cfg.work_dir, cfg.test_evaluator = str(tmp_path), dict(type='CocoPanopticMetric')
    with pytest.raises(UserError, match='`res2net-mm predict` writes its predictions'):
        use_folder(cfg, folder, training=False, known=KNOWN)


def classifier(tmp_path, kind='ImageNet'):
    step = [dict(type='LoadImageFromFile')] * (kind == 'ImageNet')
    dataset = dict(type=kind, pipeline=[*step, dict(type='PackInputs')])
    model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=1000))
    preprocessor = dict(num_classes=1000)
    loader = dict(dataset=dataset)
    cfg = Config(dict(model=model, data_preprocessor=preprocessor, test_dataloader=loader))
    cfg.work_dir, cfg.test_evaluator = str(tmp_path / 'run'), dict(type='Accuracy', topk=(1, 5))
    return cfg


@pytest.mark.parametrize('kind', ['ImageNet', 'CIFAR10'])
def test_a_classifier_writes_classes(kind, tmp_path):
    write_image(tmp_path / 'data/a b.jpg')
    write_image(tmp_path / 'data/images/b.png')
    cfg = classifier(tmp_path, kind)
    said = use_folder(cfg, tmp_path / 'data', training=False, known=KNOWN)
    assert '2 images, and no image classes: they are predicted on' in said
    assert cfg.model.head.num_classes == cfg.data_preprocessor.num_classes == 2
    assert cfg.test_evaluator.type == 'res2net_mm.ClassPredictions'
    init_default_scope('mmpretrain')
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    assert len(dataset) == 2
    assert dataset.metainfo['classes'] == KNOWN
    sample = dataset[0]
    assert sample['inputs'].shape == ((3, 60, 80) if kind == 'ImageNet' else (3, 32, 32))
    assert 'gt_label' not in sample['data_samples']
    assert sample['data_samples'].img_path == str(tmp_path / 'data/a b.jpg')


def test_folders_of_other_classes_are_no_images_without_labels(tmp_path):
    """A labelled test set is never taken for an unlabelled one because of the names in it."""
    for name in ('cow', 'horse'):
        write_image(tmp_path / f'data/{name}/a.jpg')
    with pytest.raises(UserError, match=r'the checkpoint does not have .*cow \(1 images\)'):
        use_folder(classifier(tmp_path), tmp_path / 'data', training=False, known=KNOWN)
