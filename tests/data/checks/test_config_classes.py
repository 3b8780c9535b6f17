"""The classes of a folder are compared with those of a config."""

from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.data.checks.config_classes import check_classes, config_classes
from res2net_mm.formats import Findings


def config(classes, heads) -> Config:
    dataset = dict(type='CocoDataset', metainfo=dict(classes=classes))
    model = dict(roi_head=dict(bbox_head=dict(num_classes=heads)), backbone=dict(num_classes=7))
    return Config(dict(model=model, train_dataloader=dict(dataset=dataset)))


@pytest.mark.parametrize(
    ('classes', 'heads', 'said'),
    [
        (('cat', 'dog'), 2, []),
        (('cat', 'dog'), 80, ['bbox_head.num_classes=80']),
        (('cat',), 2, ['classes that the metainfo of the config lacks']),
        (('cat', 'dog', 'cow'), 2, ['that the folder does not have']),
        (('Cat', 'dog'), 3, ['lacks', 'does not have', 'num_classes=3']),
    ],
)
def test_classes_of_a_config(classes, heads, said):
    findings = Findings()
    check_classes(config(classes, heads), ('cat', 'dog'), Path('train.json'), findings)
    assert len(findings) == len(said), findings
    for words, finding in zip(said, findings, strict=True):
        assert words in str(finding)
        assert 'data=' in finding.fix


def test_a_segmenter_needs_the_same_labels():
    cfg = config(('dog', 'cat'), 2)
    cfg.model = dict(decode_head=dict(num_classes=2))
    findings = Findings()
    check_classes(cfg, ('cat', 'dog'), Path('masks'), findings)
    (finding,) = findings
    assert 'another label' in finding.name
    assert finding.count == 2


def test_classes_are_named_by_metainfo_a_file_or_the_type(tmp_path):
    (tmp_path / 'names.txt').write_text('cat\ndog\n')
    cfg = Config(dict(default_scope='mmdet'))
    for named, expected in ((('cat',), ('cat',)), (str(tmp_path / 'names.txt'), ('cat', 'dog'))):
        assert config_classes(cfg, dict(metainfo=dict(classes=named))) == expected
    assert config_classes(cfg, dict(type='Unknown')) is None
