"""`type='res2net_mm.Res2Net'` is found from every toolbox, with nothing imported beforehand."""

import subprocess
import sys

import pytest

CFG = "dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s')"


@pytest.mark.slow  # each imports the toolbox anew
@pytest.mark.parametrize(
    'build',
    [
        'from mmdet.registry import MODELS',
        'from mmseg.registry import MODELS',
        'from mmengine.registry import MODELS',
    ],
)
def test_from_a_fresh_process(build, tmp_path):
    # Without MMPretrain, which the toolboxes import if it is there: torchvision may not fit it.
    hidden = "import sys; sys.modules['mmpretrain'] = None"
    code = f'{hidden}; {build}; print(type(MODELS.build({CFG})).__module__)'
    assert last_word(code, tmp_path) == 'res2net_mm.backbones.res2net'


def test_beside_mmdets_own_res2net():
    from mmdet.registry import MODELS
    from mmdet.utils import register_all_modules

    register_all_modules(init_default_scope=False)
    theirs = MODELS.build(dict(type='Res2Net', depth=50, scales=4, base_width=26))
    ours = MODELS.build(dict(type='res2net_mm.Res2Net', depth=50))
    assert type(theirs).__module__.startswith('mmdet')
    assert type(ours).__module__.startswith('res2net_mm')


@pytest.mark.slow
def test_importing_twice_is_harmless(tmp_path):
    """In a process of its own: the classes of this one must stay what others have imported."""
    code = (
        'import importlib, res2net_mm.backbones.res2net, res2net_mm.registry\n'
        'importlib.reload(res2net_mm.registry)\n'
        'importlib.reload(res2net_mm.backbones.res2net)\n'
        'print("Res2Net" in res2net_mm.registry.MODELS.module_dict)'
    )
    assert last_word(code, tmp_path) == 'True'


def last_word(code: str, folder) -> str:
    """What a fresh process prints last."""
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]
