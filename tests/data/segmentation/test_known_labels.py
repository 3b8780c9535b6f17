"""Labels of a test set become those of the checkpoint, by the names of the classes."""

from pathlib import Path

import numpy as np
import pytest
from mask_folders import write_masked
from PIL import Image

from res2net_mm.data import recognise_masks
from res2net_mm.data.segmentation.known_labels import as_known
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.encoding import Encoding
from res2net_mm.formats.label_maps.labels import Labels

KNOWN = ('sky', 'b', 'road', 'a', 'tree')


def recognise(root, known=KNOWN, **options):
    return recognise_masks(root, root / 'out', training=False, known=known, **options)


@pytest.mark.parametrize(
    ('labels', 'encoding'),
    [
        (Labels(('a', 'b'), 255, ''), Encoding(values={0: 3, 1: 1})),
        (Labels(('a', 'b'), 0, ''), Encoding(values={1: 3, 2: 1})),
        (
            Labels(('a', 'b'), 255, '', Encoding(values={7: 0, 9: 1, 4: 255})),
            Encoding(values={7: 3, 9: 1, 4: 255}),
        ),
        (
            Labels(('a', 'b', 'moon'), 255, '', Encoding(colours={0xFF: 0, 0xFF00: 1, 1: 2})),
            Encoding(colours={0xFF: 3, 0xFF00: 1, 1: 255}),
        ),
    ],
)
def test_each_class_gets_the_label_of_its_name(labels, encoding):
    pixels = np.zeros(256, np.int64)
    pixels[labels.first : labels.first + 2] = 5
    findings = Findings()
    known = as_known(labels, pixels, KNOWN, Path('maps'), findings)
    assert (known.classes, known.ignore_index, known.encoding) == (KNOWN, 255, encoding)
    (finding,) = findings
    assert finding.name == 'classes of the checkpoint without a pixel here, which get no score'
    assert finding.examples == ('sky', 'road', 'tree')


def test_a_class_that_occurs_and_is_not_known_stops_the_test(tmp_path):
    root = write_masked(tmp_path / 'set', names='a\nb\nmoon\n')
    message = r'that the checkpoint does not know \(it has sky, b, road, a, tree\): 1 \(moon\)'
    with pytest.raises(UserError, match=message):
        recognise(root)


@pytest.mark.parametrize(
    ('names', 'known', 'labels'),
    [
        ('a\nb\nsky\n', KNOWN, [3, 1, 0]),
        ('a\nb\nsky\n', ('a', 'b', 'sky', 'road'), None),
        ('void\nb\nsky\n', ('sky', 'b'), [255, 1, 0]),
        ('a\nb\nsky\n', ('a', 'b', 'sky'), None),  # its own, so the files stay as they are
        (None, KNOWN, None),  # nothing names the labels, so they are the checkpoint's
    ],
)
def test_label_maps_are_written_with_the_labels_of_the_checkpoint(names, known, labels, tmp_path):
    root = write_masked(tmp_path / 'set', names=names)
    folder = recognise(root, known)
    assert folder.labels.classes == known
    listed = folder.splits['test'].listed
    if labels is None:
        assert listed.map_dir == root / 'annotations/val'
    else:
        written = Image.open(next((root / 'out').rglob('*_0*.png')))
        assert np.unique(np.array(written)).tolist() == sorted(labels)
        assert np.array(written)[0, [0, 40, 79]].tolist() == labels


def test_unnamed_labels_with_gaps_are_the_checkpoints(tmp_path):
    assert recognise(write_masked(tmp_path / 'set', (0, 4))).labels.classes == KNOWN
    with pytest.raises(UserError, match='hold only the labels 0, 4'):
        recognise(write_masked(tmp_path / 'other', (0, 4)), None)
