"""Small models of the toolboxes' configs, random but for what makes boxes of different scores."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from spread_norms import spread_norms
from torch import nn

from res2net_mm.deploy.export import program
from res2net_mm.deploy.export.models.make_exportable import make_exportable
from res2net_mm.deploy.export.operators import NAMED
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.edit import CLASSIFIER, model_kind

BACKBONE = dict(
    type='res2net_mm.Res2Net',
    stage_blocks=(1, 1, 1, 1),
    base_width=4,
    scales=4,
    stem='deep',
    avg_down=True,
    block_rule='official',
)


@pytest.fixture
def shrunk():
    """A config of a toolbox with a backbone of four blocks."""

    def make(name: str, **backbone) -> Config:
        cfg = load_config(name)
        kept = {k: v for k, v in cfg.model.backbone.items() if k in ('strides', 'dilations')}
        if 'contract_dilation' in cfg.model.backbone:
            kept['contract_dilation'] = True
        cfg.model.pop('pretrained', None)
        cfg.model.backbone = {**BACKBONE, **kept, **backbone}
        if model_kind(cfg) == CLASSIFIER:
            cfg.model.backbone['out_indices'] = (3,)
            cfg.model.data_preprocessor = cfg.data_preprocessor
        return cfg

    return make


@pytest.fixture
def nothing_open(monkeypatch):
    """Record for the image's own shape alone, N = 2: what is open takes most of the time."""
    openings = [program.Opening('nothing', 0, {})]
    monkeypatch.setattr(program, '_openings', lambda *_: openings)


@pytest.fixture
def built():
    """Build the model of a config, in eval mode, with predictions far enough apart."""

    def build(cfg: Config) -> nn.Module:
        torch.manual_seed(0)
        with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
            model = MODELS.build(cfg.model)
        spread_norms(model)
        for name, module in model.named_modules():
            if name.endswith(PREDICTORS):
                nn.init.normal_(module.weight, std=STD.get(name.split('.')[-1], 0.05))
                nn.init.zeros_(module.bias)
        return model.eval()

    return build


@pytest.fixture
def refused(built):
    """The error by which the model of a config is refused."""

    def refuse(cfg: Config) -> str:
        model = built(cfg)
        with pytest.raises(UserError, match='cannot be exported') as error:
            make_exportable(model, NAMED)
        return str(error.value)

    return refuse


PREDICTORS = ('rpn_cls', 'rpn_reg', 'fc_cls', 'fc_reg', 'retina_cls', 'retina_reg', 'atss_cls')
STD = dict(fc_cls=0.3, fc_reg=0.1)
