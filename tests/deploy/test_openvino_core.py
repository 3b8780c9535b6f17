"""Networks of OpenVINO come and go, and signals are handled all the same."""

import subprocess
import sys

import pytest

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


def test_a_signal_after_two_networks_are_gone():
    pytest.importorskip('openvino')
    done = subprocess.run([sys.executable, '-c', SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
