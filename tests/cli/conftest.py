"""Runs a command and tells what it gave to the function of the package that it calls."""

import importlib
import inspect

import pytest

from res2net_mm.cli import main


@pytest.fixture
def call(monkeypatch):
    """Return a function that runs a command line and returns the arguments of what it calls.

    They are bound to the signature of the function that is replaced: an option that the function
    does not take fails here.
    """

    def call(target: str, line: str, returned: object = None) -> dict:
        command, *arguments = line.split()
        module, _, name = target.rpartition('.')
        package = importlib.import_module(module)
        signature = inspect.signature(getattr(package, name))
        given = []

        def stand_in(*args: object, **options: object) -> object:
            given.append(signature.bind(*args, **options))
            return returned

        with monkeypatch.context() as patch:
            patch.setattr(package, name, stand_in)
            assert main(command, arguments) == 0
        return given[0].arguments

    return call
