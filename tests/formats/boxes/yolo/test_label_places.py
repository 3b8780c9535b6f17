import pytest

from res2net_mm.formats.boxes.yolo.label_places import match_labels

# Images, text files, the pairs by their place in these lists.
CASES = {
    'images and labels': (
        ['images/train/a.jpg', 'images/val/a.png'],
        ['labels/val/a.txt', 'labels/train/a.txt'],
        {0: 1, 1: 0},
    ),
    'the last folder images': (['images/x/images/a.jpg'], ['images/x/labels/a.txt'], {0: 0}),
    'beside': (['t/a.jpg', 'v/a.jpg'], ['v/a.txt', 't/a.txt'], {0: 1, 1: 0}),
    'captions beside images': (['images/a.jpg'], ['images/a.txt', 'labels/a.txt'], {0: 1}),
    'words': (['train_images/a.jpg'], ['Labels/val/a.txt', 'Labels/TRAIN/a.txt'], {0: 1}),
    'the only one of its name': (['photos/a.jpg', 'b.jpg'], ['yolo/x/a.txt'], {0: 0}),
    'of two of a name none': (['photos/a.jpg'], ['x/a.txt', 'y/a.txt'], {}),
    'of another split': (['train/a.jpg'], ['val/labels/a.txt'], {}),
    'a dot in the name': (['images/a.b.jpg'], ['labels/a.b.txt', 'labels/a.txt'], {0: 0}),
    'another case': (['Images/a.JPG'], ['Labels/a.txt'], {0: 0}),
}


@pytest.mark.parametrize(('images', 'texts', 'pairs'), CASES.values(), ids=CASES)
def test_labels_by_their_place_and_name(images, texts, pairs):
    expected = {images[image]: texts[text] for image, text in pairs.items()}
    assert match_labels(images, texts, lambda _: True) == expected


def test_a_text_that_is_no_label_is_taken_for_one_only_where_labels_are_expected():
    images, texts = ['images/a.jpg', 'images/b.jpg'], ['labels/a.txt', 'notes/x/b.txt']
    assert match_labels(images, texts, lambda _: False) == {'images/a.jpg': 'labels/a.txt'}
