"""What `rerun` gives to the library."""


def test_options_become_arguments(call, monkeypatch):
    monkeypatch.setenv('LOCAL_RANK', '5')
    given = call('res2net_mm.engine.rerun', 'rerun old --work-dir new --local_rank 2')
    assert given == dict(work_dir='old', new_work_dir='new', launcher='none')
