"""A subclass that computes in a way of its own is refused."""

import pytest

from res2net_mm.deploy.export.models.exportable import require_own_methods_of
from res2net_mm.errors import UserError


class Head:
    def predict(self):
        return 1

    def loss(self):
        return 0


class OtherLoss(Head):
    def loss(self):
        return 2


class OtherPredict(Head):
    def predict(self):
        return 3


def test_only_the_methods_that_the_export_replaces_count():
    require_own_methods_of(Head, OtherLoss(), 'head', ['predict'])
    with pytest.raises(
        UserError, match=r'^head OtherPredict cannot .* overrides predict\(\) of Head'
    ):
        require_own_methods_of(Head, OtherPredict(), 'head', ['predict'])
    with pytest.raises(UserError, match=r'^head int cannot be exported: it is not a Head'):
        require_own_methods_of(Head, 1, 'head', [])
