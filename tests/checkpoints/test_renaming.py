from res2net_mm.checkpoints.renaming import Renaming


def test_numbers_may_be_counted_from_elsewhere():
    names = Renaming((('a{l}.{b}.{p}', 'x{l+1}_{b-1}.{p}'),))
    assert names.second('a1.5.weight.data') == 'x2_4.weight.data'
    assert names.first('x2_4.weight.data') == 'a1.5.weight.data'
    assert names.first('b1.5.weight') == 'b1.5.weight'
