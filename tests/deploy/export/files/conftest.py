"""A network that is exported in no time."""

import numpy as np
import pytest
import torch

from res2net_mm.deploy.export.models.exportable import Exportable


class Tiny(Exportable):
    task = 'features'
    outputs = ('stage1', 'stage2')

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)

    def forward(self, image):
        x = self.conv(image)
        return x, x.relu()


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    return Tiny().eval()


@pytest.fixture
def image():
    return np.random.default_rng(0).normal(size=(2, 3, 9, 8)).astype(np.float32)


@pytest.fixture
def program(tiny, image):
    return torch.export.export(tiny, (torch.from_numpy(image),))


@pytest.fixture
def is_tiny(tiny, image):
    """Whether an opened file computes what the network does."""

    def check(opened, metadata):
        assert opened.metadata == metadata
        assert list(opened.outputs) == list(tiny.outputs)
        found = opened(image)
        for name, expected in zip(tiny.outputs, tiny(torch.from_numpy(image)), strict=True):
            np.testing.assert_allclose(found[name], expected.detach(), rtol=1e-4, atol=1e-5)

    return check
