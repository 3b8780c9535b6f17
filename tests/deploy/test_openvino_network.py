"""A backbone on OpenVINO: equal outputs that stay, any size, and what is refused."""

import subprocess
import sys

import pytest
import torch

from res2net_mm import build
from res2net_mm.deploy import OpenVinoNetwork
from res2net_mm.errors import UserError

TINY = 'res2net_light_14w_4s'
SCRIPT = """
import signal, subprocess, sys
import torch
from torch import nn
from res2net_mm.deploy import OpenVinoNetwork

signal.signal(signal.SIGCHLD, lambda *_: None)  # as a data loader with workers does
networks = [OpenVinoNetwork(nn.Sequential(nn.Conv2d(3, 4, 1)).eval()) for _ in range(2)]
for network in networks:
    network(torch.zeros(1, 3, 8, 8))
del network
networks.pop(0)  # in the order in which they came
networks.pop(0)
sys.exit(subprocess.run(['true']).returncode)
"""


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    backbone = build(TINY)
    backbone(torch.randn(2, 3, 64, 64))  # statistics that are not 0 and 1
    return backbone.eval()


def test_outputs_are_equal_at_each_size_and_are_the_callers_own(backbone):
    pytest.importorskip('openvino')
    network = OpenVinoNetwork(backbone)
    for shape in ((1, 3, 64, 96), (2, 3, 32, 40)):
        first, second = torch.randn(shape), torch.randn(shape)
        found = network(first)
        network(second)
        with torch.no_grad():
            expected = backbone(first)
        assert len(found) == len(expected) == 4
        for a, b in zip(found, expected, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * b.abs().max().item())


def test_what_cannot_be_run_is_refused(backbone, monkeypatch):
    pytest.importorskip('openvino')
    network = OpenVinoNetwork(backbone)
    with pytest.raises(
        UserError, match=r'images are torch\.float64 on cpu; allowed: torch\.float32'
    ):
        network(torch.randn(1, 3, 32, 32).double())
    with pytest.raises(UserError, match='only predicts'):
        network.train()
    with pytest.raises(UserError, match=r'call model\.eval'):
        OpenVinoNetwork(backbone.train())
    monkeypatch.setattr('res2net_mm.deploy.openvino_network.find_spec', lambda name: None)
    with pytest.raises(UserError, match='pip install openvino'):
        OpenVinoNetwork(backbone)


def test_a_signal_after_two_networks_are_gone():
    pytest.importorskip('openvino')
    done = subprocess.run([sys.executable, '-c', SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
