"""How the numbers of a row are obtained: which config, tested or trained, at what cost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.config_names import own_file, shipped_file

from .config_fields import recipe_fields
from .data_sets import DATA, PublishedData
from .recipes import RECIPES, Difference, Recipe, compare
from .rows import Row

_WEIGHTS = re.compile(r'^# Weights: (\S+)$', re.M)  # in the head of a config


@dataclass(frozen=True)
class Plan:
    """What is done for a row."""

    row: Row

    @property
    def data(self) -> PublishedData:
        """The data it is trained and tested on."""
        return DATA[self.row.table.data]

    @cached_property
    def ready(self) -> bool:
        """Whether its config is shipped, by this package or by a toolbox that is installed."""
        return bool(self.row.config) and _head(self.row.config) is not None

    @cached_property
    def trained(self) -> str | None:
        """What loads the published weights of the trained model; None if it is to be trained.

        The weights that a config names are those of MMDetection 2 and 3.
        """
        if not self.ready or self.row.trained:
            return self.row.trained if self.ready else None
        named = _WEIGHTS.search(_head(self.row.config) or '')
        return named[1] if named and self.row.recipe.startswith('mmdet-2') else None

    @property
    def recipe(self) -> Recipe | None:
        """The published recipe, where one is."""
        return RECIPES.get(self.row.recipe)

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The recipe's fields in the config."""
        return _fields(self.row.config)

    @cached_property
    def differences(self) -> list[Difference]:
        """Where the config is not as the published recipe."""
        return compare(self.recipe, self.row.config, self.fields) if self.recipe else []

    @property
    def command(self) -> str:
        """The command that obtains the numbers without a comparison."""
        if not self.ready:
            return ''
        return (
            f'res2net-mm test {self.row.config} {self.trained}'
            if self.trained
            else f'res2net-mm train {self.row.config}'
        )

    @property
    def size(self) -> str:
        """What a run takes: the images that pass through the network."""
        test, train = self.data.test, self.data.train
        tested = f'tests on {test} images' if test else 'tests on the images of the test set'
        if self.trained:
            return tested
        epochs, iterations = self.fields['epochs'], self.fields['iterations']
        if iterations:
            return f'trains {iterations} iterations, {tested}'
        if not epochs or not train:
            return f'trains {epochs} epochs, {tested}' if epochs else f'trains and {tested}'
        seen = f'{epochs * train / 1e6:.2g} M images'
        return f'trains {epochs} epochs of {train} images ({seen} to pass through), {tested}'

    @property
    def status(self) -> str:
        """What is left to do: ``test``, ``train`` or ``no config``."""
        if not self.ready:
            return 'no config'
        return 'test' if self.trained else 'train'


def require_ready(plan: Plan) -> None:
    """Raise UserError if a row has no config."""
    if plan.ready:
        return
    row = plan.row
    what = f'config {row.config} is not there' if row.config else 'there is no config for it'
    why = '; '.join(filter(None, (row.note, row.table.note)))
    raise UserError(f'row {row.name} cannot be run: {what}{f" ({why})" if why else ""}')


@cache
def _head(config: str) -> str | None:
    """Return the first lines of a config, None if it is not there."""
    try:
        file = shipped_file(config) if '::' in config else own_file(config)
    except UserError:  # its toolbox is not installed
        return None
    return ''.join(file.read_text().splitlines(keepends=True)[:3]) if file else None


@cache
def _fields(config: str) -> Mapping[str, Any]:
    return recipe_fields(load_config(config))
