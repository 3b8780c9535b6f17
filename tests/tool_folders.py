"""Tiny folders as annotation tools save them, made in a test's own temporary folder.

All hold the same: two images of 60 x 80 px in each of train and val; on the first a cat and a dog,
on the second a dog.
"""

from pathlib import Path

import pytest
from folders import write_image, write_json

from res2net_mm.data import recognise

CAT = [(5, 5), (25, 5), (25, 35)]  # a triangle, where the tool has polygons; else its box
DOG = [(10, 20), (40, 50)]  # corners of its box
SPLITS = ('train', 'val')


def write_images(root: Path, place: str = '{}') -> None:
    """The images of each split, in a folder of its own unless the place is another."""
    for split in SPLITS:
        for index in range(2):
            write_image(root / place.format(split) / f'{split}_{index}.jpg')


def check_folder(root: Path, out: Path, layout: str, *, polygons: bool = True) -> None:
    """Assert that a folder is recognised with exactly these images and objects."""
    folder = recognise(root, out)
    assert (folder.layout, folder.classes) == (layout, ('cat', 'dog'))
    for name in SPLITS:
        split = folder.splits[name]
        files = sorted(file.name for file in split.files.image_files)
        assert files == [f'{name}_0.jpg', f'{name}_1.jpg']
        assert all(file.is_file() for file in split.files.image_files)
        assert split.boxes_by_class == {'cat': 1, 'dog': 2}
        assert (split.masks > 0) == polygons
        cat, *dogs = sorted(split.files.content['annotations'], key=lambda a: a['category_id'])
        assert cat['bbox'] == pytest.approx([5, 5, 20, 30])
        assert cat['area'] == pytest.approx(300 if polygons else 600)
        assert len(dogs) == 2
        assert all(dog['bbox'] == pytest.approx([10, 20, 30, 30]) for dog in dogs)


def labelme(shapes, name='a.jpg', **more) -> dict:
    """A file of labelme; a shape is (class, kind, points)."""
    shapes = [dict(label=label, shape_type=kind, points=p) for label, kind, p in shapes]
    return dict(shapes=shapes, imagePath=name, imageHeight=60, imageWidth=80, **more)


def write_labelme(root: Path, place: str = '{}', files: str = '{}') -> Path:
    write_images(root, place)
    for split in SPLITS:
        for index in range(2):
            name = f'{split}_{index}'
            kinds = dict(cat='polygon', dog='rectangle')
            shapes = [(label, kinds[label], points) for label, points in objects_of(index)]
            write_json(root / files.format(split) / f'{name}.json', labelme(shapes, f'{name}.jpg'))
    return root


def objects_of(index: int) -> list[tuple[str, list]]:
    """The classes and points of what is on an image."""
    return [('cat', CAT)] * (index == 0) + [('dog', DOG)]


def via_region(label, shape: str, **attributes) -> dict:
    attributes = {'shape_attributes': {'name': shape, **attributes}}
    return {**attributes, 'region_attributes': {} if label is None else {'animal': label}}


def via_regions(index: int) -> list[dict]:
    x, y = zip(*CAT, strict=True)
    cats = [via_region('cat', 'polygon', all_points_x=x, all_points_y=y)] * (index == 0)
    return [*cats, via_region('dog', 'rect', x=10, y=20, width=30, height=30)]


def via_images(split: str) -> dict:
    """What a file of VIA holds by name and size of the image."""
    return {
        f'{split}_{i}.jpg99': dict(filename=f'{split}_{i}.jpg', size=99, regions=via_regions(i))
        for i in range(2)
    }


def write_via(root: Path, place: str = '{}', file: str = '{}/via_region_data.json') -> Path:
    write_images(root, place)
    for split in SPLITS:
        write_json(root / file.format(split), via_images(split))
    return root


def createml(split: str) -> list[dict]:
    sides = dict(cat=(15, 20, 20, 30), dog=(25, 35, 30, 30))
    return [
        dict(
            image=f'{split}_{index}.jpg',
            annotations=[
                dict(
                    label=label,
                    coordinates=dict(zip(('x', 'y', 'width', 'height'), sides[label], strict=True)),
                )
                for label, _ in objects_of(index)
            ],
        )
        for index in range(2)
    ]


def write_createml(root: Path, place='{}', file: str = '{}/_annotations.createml.json') -> Path:
    write_images(root, place)
    for split in SPLITS:
        write_json(root / file.format(split), createml(split))
    return root


BOXES = dict(cat=(5, 5, 25, 35), dog=(10, 20, 40, 50))  # xmin, ymin, xmax, ymax


def write_openimages(root: Path, file: str = '{}-annotations-bbox.csv') -> Path:
    write_images(root)
    for split in SPLITS:
        lines = ['ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsGroupOf']
        for index in range(2):
            for label, _ in objects_of(index):
                x1, y1, x2, y2 = BOXES[label]
                edges = f'{x1 / 80},{x2 / 80},{y1 / 60},{y2 / 60}'
                lines.append(f'{split}_{index},xclick,/m/{label},1,{edges},0,0')
        write_text(root / file.format(split), lines)
    write_text(root / 'class-descriptions-boxable.csv', ['/m/cat,cat', '/m/dog,dog', '/m/x,cow'])
    return root


ROBOFLOW = 'filename,width,height,class,xmin,ymin,xmax,ymax'


def write_csv(
    root: Path,
    file: str = '{}/_annotations.csv',
    head: str | None = ROBOFLOW,
    row: str = '{name},80,60,{label},{x1},{y1},{x2},{y2}',
) -> Path:
    write_images(root)
    for split in SPLITS:
        lines = [head] if head else []
        for index in range(2):
            for label, _ in objects_of(index):
                x1, y1, x2, y2 = BOXES[label]
                values = dict(x1=x1, y1=y1, x2=x2, y2=y2, w=x2 - x1, h=y2 - y1, label=label)
                shares = dict(u1=x1 / 80, v1=y1 / 60, u2=x2 / 80, v2=y2 / 60)
                name = f'{split}_{index}.jpg'
                lines.append(row.format(name=name, stem=name[:-4], **values, **shares))
        write_text(root / file.format(split), lines)
    return root


CVAT_SHAPES = dict(
    cat='<polygon label="cat" occluded="0" points="5.0,5;25,5.00;25,35" z_order="0"></polygon>',
    dog='<box label="dog" occluded="0" xtl="10.00" ytl="20" xbr="40" ybr="50"></box>',
)


def cvat_image(name: str, shapes: str, subset: str = '') -> str:
    subset = f' subset="{subset}"' if subset else ''
    return f'<image id="0" name="{name}"{subset} width="80" height="60">{shapes}</image>'


def cvat_xml(images: str, labels=('cat', 'dog'), of: str = 'task') -> str:
    names = ''.join(f'<label><name>{name}</name></label>' for name in labels)
    meta = f'<version>1.1</version><meta><{of}><labels>{names}</labels></{of}></meta>'
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n'
    return f'{head}{meta}{images}</annotations>'


def write_cvat(root: Path, place: str = 'images', file: str = '{}.xml', subset: str = '') -> Path:
    write_images(root, place)
    texts: dict[str, str] = {}
    for split in SPLITS:
        for index in range(2):
            shapes = ''.join(CVAT_SHAPES[label] for label, _ in objects_of(index))
            image = cvat_image(f'{split}_{index}.jpg', shapes, subset.format(split))
            texts[file.format(split)] = texts.get(file.format(split), '') + image
    for name, images in texts.items():
        write_text(root / name, [cvat_xml(images)])
    return root


def write_text(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(lines) + '\n')
    return path


def write_supervisely(root: Path) -> Path:
    write_images(root, '{}/img')
    write_json(root / 'meta.json', {'classes': [{'title': 'cat'}, {'title': 'dog'}], 'tags': []})
    kinds = dict(cat='polygon', dog='rectangle')
    for split in SPLITS:
        for index in range(2):
            objects = [
                {
                    'classTitle': label,
                    'geometryType': kinds[label],
                    'points': {'exterior': points, 'interior': []},
                }
                for label, points in objects_of(index)
            ]
            content = {'size': {'height': 60, 'width': 80}, 'objects': objects}
            write_json(root / split / f'ann/{split}_{index}.jpg.json', content)
    return root


def datumaro(items: list[dict], labels=('cat', 'dog')) -> dict:
    """A file of Datumaro."""
    names = [dict(name=name, parent='', attributes=[]) for name in labels]
    categories = {'label': {'labels': names, 'attributes': []}, 'points': {'items': []}}
    return {'info': {}, 'categories': categories, 'items': items}


def write_datumaro(root: Path) -> Path:
    write_images(root, 'images/{}')
    cat = dict(type='polygon', label_id=0, points=[value for point in CAT for value in point])
    dog = dict(type='bbox', label_id=1, bbox=[10, 20, 30, 30])
    for split in SPLITS:
        items = []
        for index in range(2):
            name = f'{split}_{index}'
            image = dict(path=f'{name}.jpg', size=[60, 80])
            items.append(dict(id=name, annotations=[cat, dog][index:], image=image))
        write_json(root / f'annotations/{split}.json', datumaro(items))
    return root


def kitti_line(label: str, *edges) -> str:
    edges = ' '.join(map(str, edges))
    return f'{label} 0.00 0 -1.57 {edges} 1.4 1.6 3.6 1.8 1.5 8.4 -1.6'


def write_kitti(root: Path, place: str = '{}/image_2', files: str = '{}/label_2') -> Path:
    write_images(root, place)
    for split in SPLITS:
        for index in range(2):
            lines = [kitti_line(label, *BOXES[label]) for label, _ in objects_of(index)]
            write_text(root / files.format(split) / f'{split}_{index}.txt', lines)
    return root


def label_studio_result(label: str, kind: str, **value) -> dict:
    """What was drawn, in per cent of an image of 60 x 80 px."""
    value = {**value, f'{kind}labels': [label]}
    sizes = dict(original_width=80, original_height=60)
    return dict(id=f'{label}{value}', type=f'{kind}labels', value=value, **sizes)


def write_label_studio(root: Path, url: str = '/data/upload/1/{}', *, short: bool = False) -> Path:
    write_images(root)
    cat = [[x / 0.8, y / 0.6] for x, y in CAT]
    dog = dict(x=10 / 0.8, y=20 / 0.6, width=30 / 0.8, height=30 / 0.6, rotation=0)
    cat, dog = (
        label_studio_result('cat', 'polygon', points=cat),
        label_studio_result('dog', 'rectangle', **dog),
    )
    for split in SPLITS:
        tasks = []
        for index in range(2):
            image, results = url.format(f'{split}_{index}.jpg'), [cat, dog][index:]
            if short:
                sizes = dict(original_width=80, original_height=60)
                labels = [{**result['value'], **sizes} for result in results]
                tasks.append(dict(image=image, id=index, label=labels, annotator=1))
            else:
                annotations = [dict(id=1, result=results, was_cancelled=False)]
                tasks.append(dict(id=index, annotations=annotations, data=dict(image=image)))
        write_json(root / split / 'export.json', tasks)
    return root


WIDER_BOX = '10 20 30 30 0 0 0 0 0 0'


def write_wider_face(root: Path) -> Path:
    """Two images in each split, with two faces and one."""
    write_images(root, 'WIDER_{}/images')
    for split in SPLITS:
        lines = []
        for index in range(2):
            boxes = [WIDER_BOX] * (2 - index)
            lines += [f'{split}_{index}.jpg', str(len(boxes)), *boxes]
        write_text(root / f'wider_face_split/wider_face_{split}_bbx_gt.txt', lines)
    return root
