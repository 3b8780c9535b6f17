"""Which Python the set-up takes."""

import pytest
from environment.fit_python import python_fault


@pytest.mark.parametrize('version', [(3, 10, 0), (3, 11, 9), (3, 12, 1), (3, 13, 0), (3, 14, 2)])
def test_a_fit_python_is_taken(version):
    assert python_fault(version) == ''


@pytest.mark.parametrize('version', [(2, 7, 18), (3, 9, 18), (3, 15, 0)])
def test_an_unfit_python_is_refused_in_one_sentence(version):
    fault = python_fault(version)
    assert f'Python {version[0]}.{version[1]} will not do' in fault
    assert '3.10 to 3.14' in fault
    assert '\n' not in fault
