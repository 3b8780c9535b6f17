"""The index mim and MMEngine read is up to date and leads to every config."""

import pytest
import yaml
from shipped_configs import CONFIGS

from lab import model_index as index
from res2net_mm.presets import PRESETS


@pytest.mark.slow
def test_is_up_to_date():
    for name, text in index.model_index().items():
        written = (index.INDEX_DIR / name).read_text()
        assert written == text, f'{name} is out of date: run python -m lab.model_index'


def test_every_config_has_an_entry_that_leads_to_it():
    models = yaml.safe_load((index.INDEX_DIR / 'metafile.yml').read_text())['Models']
    assert [model['Name'] for model in models] == [path.stem for path in CONFIGS]
    for model in models:
        assert (index.INDEX_DIR / model['Config']).is_file()


def test_an_entry_holds_what_its_config_says():
    models = yaml.safe_load((index.INDEX_DIR / 'metafile.yml').read_text())['Models']
    entry = next(m for m in models if m['Name'] == 'mask_rcnn_r2n101_fpn_2x')
    assert [r['Metrics'] for r in entry['Results']] == [{'box AP': 43.6}, {'mask AP': 38.7}]
    assert entry['Weights'].endswith('mask_rcnn_r2_101_fpn_2x_coco-17f061e8.pth')
    assert entry['Metadata']['Epochs'] == 24
    salient = next(m for m in models if m['Name'] == 'poolnet_r2n50_duts')
    assert salient['Metadata']['Training Data'] == 'DUTS-TR'
    assert [(r['Dataset'], r['Metrics']) for r in salient['Results']] == [
        ('DUTS-TE', {'maxF': 0.892}),
        ('DUTS-TE', {'MAE': 0.037}),
    ]
    preset = PRESETS['res2net101_v1b_26w_4s']
    assert entry['Metadata']['Backbone Parameters (M)'] == preset.params
