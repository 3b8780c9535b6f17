"""Every shipped config has the published recipe; where not, its reason is written, and is true."""

import pytest

from res2net_mm.openmmlab.config import load_config
from res2net_mm.reproduction.config_fields import recipe_fields
from res2net_mm.reproduction.plan import Plan
from res2net_mm.reproduction.recipes import RECIPES, Recipe, compare, stale_reasons
from res2net_mm.reproduction.rows import all_rows

PLANS = {
    (plan.row.recipe, plan.row.config): plan for plan in map(Plan, all_rows()) if plan.row.recipe
}
READY = [key for key, plan in PLANS.items() if plan.ready]
OF_MMDET = {
    'faster_rcnn_r2n101_fpn_2x': 'faster-rcnn_res2net-101_fpn_2x_coco',
    'mask_rcnn_r2n101_fpn_2x': 'mask-rcnn_res2net-101_fpn_2x_coco',
    'cascade_rcnn_r2n101_fpn_20e': 'cascade-rcnn_res2net-101_fpn_20e_coco',
    'cascade_mask_rcnn_r2n101_fpn_20e': 'cascade-mask-rcnn_res2net-101_fpn_20e_coco',
    'htc_r2n101_fpn_20e': 'htc_res2net-101_fpn_20e_coco',
}


def test_rows_name_recipes_that_there_are():
    assert {recipe for recipe, _ in PLANS} == set(RECIPES)


@pytest.mark.parametrize(('recipe', 'config'), READY)
def test_every_difference_has_its_reason(recipe, config):
    found = PLANS[recipe, config].differences
    assert [difference for difference in found if not difference.reason] == []


@pytest.mark.parametrize('name', RECIPES)
def test_every_reason_is_of_a_difference(name):
    of_recipe = [config for recipe, config in READY if recipe == name]
    if not of_recipe:
        assert not RECIPES[name].only
        return
    fields = {config: PLANS[name, config].fields for config in of_recipe}
    assert list(stale_reasons(RECIPES[name], fields)) == []


def test_a_difference_is_found_and_its_reason():
    recipe = Recipe('s', {'a': 1.0, 'b': 2, 'c': (3, 4)}, {'b': 'why'}, {'one': {'c': 'its own'}})
    here = {'a': 1 / 3 * 3, 'b': 5, 'c': (3, 5)}
    assert [tuple(d) for d in compare(recipe, 'other', here)] == [
        ('b', 2, 5, 'why'),
        ('c', (3, 4), (3, 5), ''),
    ]
    assert [d.reason for d in compare(recipe, 'one', here)] == ['why', 'its own']


def test_a_reason_without_a_difference_is_found():
    recipe = Recipe('s', {'a': 1, 'b': 2}, {'a': 'why'}, {'one': {'b': 'why'}, 'gone': {'b': 'x'}})
    same = {'a': 1, 'b': 2}
    assert list(stale_reasons(recipe, {'one': same})) == ['a', 'one: b', 'gone: b']
    assert list(stale_reasons(recipe, {'one': {'a': 0, 'b': 0}})) == ['gone: b']


@pytest.mark.parametrize('config', OF_MMDET)
def test_the_mmdet_recipes_are_those_of_the_installed_mmdet(config):
    try:
        theirs = recipe_fields(load_config(f'mmdet::res2net/{OF_MMDET[config]}.py'))
    except Exception:  # the original line names the files by their older names
        older = OF_MMDET[config].replace('res2net-101', 'r2-101')
        theirs = recipe_fields(load_config(f'mmdet::res2net/{older}.py'))
    ours = recipe_fields(load_config(config))
    by_network = {'block rule', 'start weights', 'zero-initialised last norms', 'stride in'}
    differ = {name for name in ours if ours[name] != theirs[name]} - by_network
    assert differ == set()
    assert theirs['start weights'].endswith(ours['start weights'])
