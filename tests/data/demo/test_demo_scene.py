"""Scenes have objects of every size and class, and labels that agree with what is in sight."""

import numpy as np

from res2net_mm.data.demo.demo_scene import draw_scene
from res2net_mm.evaluation.size_bins import COCO_BINS


def test_every_size_has_a_share():
    scenes = [draw_scene(np.random.default_rng(i)) for i in range(40)]
    areas = np.array([mask.sum() for scene in scenes for mask in scene.masks])
    shares = [size_bin.holds(areas).mean() for size_bin in COCO_BINS]
    assert shares[0] > 0.35
    assert shares[1] > 0.25
    assert shares[2] > 0.07
    labels = [label for scene in scenes for label in scene.labels]
    assert np.bincount(labels, minlength=5).min() > 20


def test_hidden_objects_are_ignored_not_background():
    scenes = [draw_scene(np.random.default_rng(i), size=256) for i in range(60)]
    hidden = [scene for scene in scenes if (scene.semantic == 255).any()]
    assert hidden, 'no seed hides an object: the rule is not tried'
    for scene in hidden:
        assert not any((scene.semantic[mask] == 255).any() for mask in scene.masks)
