"""Folders of label maps that are recognised: their splits, pixels and report."""

from pathlib import Path

from res2net_mm.data import draw_demo_set, recognise_masks


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


def counts(folder) -> dict[str, int]:
    return {name: len(split.files.images) for name, split in folder.splits.items()}


def test_the_demo_set_names_its_classes(tmp_path):
    folder = recognise(draw_demo_set(tmp_path / 'set', train_images=2, val_images=1))
    names = ('background', 'disc', 'square', 'triangle', 'star', 'ring')
    assert (folder.labels.classes, folder.labels.ignore_index) == (names, 255)
    assert counts(folder) == {'train': 2, 'val': 1, 'test': 1}
    split = folder.splits['train']
    assert split.pixels.sum() + split.ignored == 2 * 320 * 320
    assert folder.summary().startswith('set: label maps, train 2 images, val 1, 6 classes (backgr')
