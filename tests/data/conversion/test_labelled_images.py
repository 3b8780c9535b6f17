"""All splits are gathered under one list of classes."""

from pathlib import Path

from folders import coco_content, write_image

from res2net_mm.data.conversion.labelled_images import gather
from res2net_mm.formats import BoxImages, Findings


def test_classes_of_all_splits_are_joined_by_name(tmp_path):
    write_image(tmp_path / 'a.jpg')
    ids = {'train': [(4, 'cat'), (2, 'dog')], 'val': [(2, 'cat'), (3, 'cow'), (4, 'pig')]}
    parts = {}
    for split, categories in ids.items():
        content = coco_content(['a.jpg'])
        content['categories'] = [dict(id=number, name=name) for number, name in categories]
        content['annotations'][0]['category_id'] = categories[-1][0]
        parts[split] = BoxImages(Path('x.json'), tmp_path, content)
    folder = gather(parts, Findings())
    named = {entry['id']: entry['name'] for entry in folder.categories}
    assert named == {2: 'dog', 3: 'cow', 4: 'cat', 5: 'pig'}
    assert [named[box['category_id']] for _, box in folder.boxes()] == ['dog', 'pig']
    assert {split: image.size for split, image in folder.all_images()} == dict.fromkeys(
        ids, (80, 60)
    )
