import pytest

from res2net_mm.doctor.finding import run_checks


@pytest.fixture
def problem():
    """Return the one problem that a check finds, as it is printed."""

    def problem(check) -> str:
        (result,) = run_checks({'part': check})
        assert not result.ok, result
        assert str(result).startswith('PROBLEM ')
        assert f'fix: {"":>9}' in str(result)
        return str(result)

    return problem
