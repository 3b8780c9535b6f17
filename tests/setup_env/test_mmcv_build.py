"""What a build of mmcv is given: standard, jobs, compiler."""

import pytest
from environment.mmcv_build import needs_cxx20, parallel_jobs, usable_compilers
from environment.report import SetupError


@pytest.mark.parametrize(
    ('torch', 'needed'), [('2.13.0+cpu', False), ('2.14.0', True), ('2.4.1', False), ('3.0', True)]
)
def test_cxx20_is_for_torch_2_14_and_later(torch, needed):
    assert needs_cxx20(torch) is needed


@pytest.mark.parametrize(('cores', 'gib', 'jobs'), [(2, 16, 2), (64, 8, 9), (8, 1, 1), (1, 64, 1)])
def test_jobs_fit_cores_and_memory(cores, gib, jobs):
    assert parallel_jobs(cores, gib << 30) == jobs


def test_no_compiler_is_said_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.delenv('CXX', raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(SetupError, match=r'none of clang\+\+, g\+\+.*install a C\+\+ compiler'):
        usable_compilers(tmp_path)
    monkeypatch.setenv('CXX', 'no-such-compiler')
    with pytest.raises(SetupError, match='CXX=no-such-compiler cannot compile'):
        usable_compilers(tmp_path)
