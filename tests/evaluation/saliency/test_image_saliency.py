"""All measures of images, beside what pysodmetrics 1.6.2 gave for the same ones."""

import numpy as np
import pytest
from literal_saliency import draw

from res2net_mm.evaluation.saliency import measure_saliency, score_saliency, stack_saliency

# Of pysodmetrics 1.6.2 (NumPy 2.3.4) on the images that ``draw`` gives for 0 to 9, the mask as 0
# and 255: FmeasureV2 and SizeInvarianceFmeasureV2 with FmeasureHandler(True, True, beta=0.3), MAE,
# Smeasure, Emeasure, SizeInvarianceMAE; size-invariant max and mean per object, then per image.
RECORDED = {
    'maxF': 0.6640677852523482,
    'meanF': 0.38210853410938644,
    'adpF': 0.5689020075743353,
    'maxF_PR': 0.6642161316821896,
    'MAE': 0.33368574885762387,
    'S': 0.504331013040639,
    'maxE': 0.8679357753988525,
    'meanE': 0.47292752490702816,
    'adpE': 0.6737040364065181,
    'SI_maxF': 0.8194883976662173,
    'SI_meanF': 0.6566758284251406,
    'SI_adpF': 0.7964369097296277,
    'SI_MAE': 0.35572627358360986,
}


def test_a_set_has_the_scores_of_pysodmetrics():
    images = [(f'{i}.png', measure_saliency(*draw(i))) for i in range(10)]
    scores = score_saliency(stack_saliency(images)).overall.scores
    for name, expected in RECORDED.items():
        assert scores[name] == pytest.approx(expected, abs=1e-9), name


def test_map_and_mask_must_be_of_one_size():
    truth, saliency = draw(0)
    with pytest.raises(ValueError, match=r'one size are needed, got \(60, 80\), \(59, 80\)'):
        measure_saliency(truth, saliency[1:])


def test_noise_is_worse_than_a_map_that_is_right():
    truth, saliency = draw(3)
    right = measure_saliency(truth, (255 * truth).astype(np.uint8))
    noise = measure_saliency(truth, saliency)
    assert right.error == 0
    assert right.error < noise.error
    assert right.structure > noise.structure
    assert right.adaptive_f == 1 > noise.adaptive_f
    assert right.salient == truth.sum()
    assert right.area == truth.size
