"""The gate beside its formula."""

import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.layers import SqueezeExcite


def test_squeeze_excite_is_a_gate_of_the_mean():
    se = SqueezeExcite(8, 4).double()
    x = torch.randn(2, 8, 3, 3, dtype=torch.float64)
    hidden = torch.relu(x.mean((2, 3)) @ se.fc1.weight.flatten(1).T + se.fc1.bias)
    gate = torch.sigmoid(hidden @ se.fc2.weight.flatten(1).T + se.fc2.bias)
    torch.testing.assert_close(se(x), x * gate[:, :, None, None])


@pytest.mark.parametrize('reduction', [0, 9])
def test_a_reduction_out_of_range_is_refused(reduction):
    with pytest.raises(UserError, match=f'se={reduction} must lie between 1 and the 8 channels'):
        SqueezeExcite(8, reduction)
