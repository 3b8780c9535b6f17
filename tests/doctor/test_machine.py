"""A GPU, a disk and a memory that will not do are named with a fix."""

import shutil
from collections import namedtuple

import pytest
import torch

from res2net_mm.doctor import machine
from res2net_mm.doctor.machine import has_nvidia_gpu

Usage = namedtuple('Usage', 'total used free')


def test_a_gpu_is_known_by_its_device_file_or_by_nvidia_smi(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', str(tmp_path))
    assert not has_nvidia_gpu(tmp_path)
    (tmp_path / 'nvidiactl').touch()  # the driver alone is no GPU
    assert not has_nvidia_gpu(tmp_path)
    smi = tmp_path / 'nvidia-smi'
    smi.write_text('#!/bin/sh\necho No devices were found\n')
    smi.chmod(0o755)
    assert not has_nvidia_gpu(tmp_path)
    smi.write_text('#!/bin/sh\necho "GPU 0: some model (UUID: 1)"\n')
    assert has_nvidia_gpu(tmp_path)
    smi.unlink()
    (tmp_path / 'nvidia0').touch()
    assert has_nvidia_gpu(tmp_path)


@pytest.mark.parametrize(('cuda', 'words'), [(None, 'CPU build'), ('12.1', 'update the NVIDIA')])
def test_a_gpu_that_torch_cannot_use(cuda, words, monkeypatch, problem):
    monkeypatch.setattr(machine, 'has_nvidia_gpu', lambda: True)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    monkeypatch.setattr(torch.version, 'cuda', cuda)
    assert words in problem(machine.check_gpu)


def test_a_full_or_closed_disk(monkeypatch, problem):
    check = machine.check_disk
    with monkeypatch.context() as patch:
        patch.setattr(shutil, 'disk_usage', lambda _: Usage(1 << 40, 0, 1 << 30))
        assert '1.0 GiB free' in problem(check)
    monkeypatch.setattr(machine.os, 'access', lambda *_: False)
    assert 'read-only' in problem(check)


def test_the_shared_memory_that_docker_gives(tmp_path, monkeypatch, problem):
    monkeypatch.setattr(machine, 'SHARED', tmp_path)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: Usage(64 << 20, 0, 64 << 20))
    assert '--shm-size' in problem(machine.check_shared_memory)


def test_weights_that_were_altered_or_cannot_be_kept(tmp_path, monkeypatch, problem):
    check = machine.check_weights
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    folder = tmp_path / 'hub/checkpoints'
    folder.mkdir(parents=True)
    (folder / 'net-01234567.pth').write_bytes(b'altered')
    said = problem(check)
    assert 'net-01234567.pth (SHA-256 begins with' in said
    assert f'delete them from {folder}' in said
    monkeypatch.setattr(machine.os, 'access', lambda *_: False)
    assert 'TORCH_HOME' in problem(check)
