"""The text of a config, laid out once."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from mmengine.config import config as mmengine_config
from yapf.yapflib import yapf_api


def lay_out_each_config_once() -> None:
    """Have MMEngine keep the text of a config it has laid out.

    It lays out the same text for the log, the visualizer, the file in the work directory and again
    for each checkpoint, half a second a time.
    """
    module = formatting_module()
    if not isinstance(module.FormatCode, _Remembering):
        module.FormatCode = _Remembering(module.FormatCode)


def formatting_module() -> ModuleType:
    """Return the module whose ``FormatCode`` MMEngine calls: its own in 0.10, yapf's later."""
    return mmengine_config if hasattr(mmengine_config, 'FormatCode') else yapf_api


class _Remembering:
    """A function of a text and its options that keeps what it returned for the last texts."""

    KEPT = 4  # the run's own, what it is repeated from, and those of a run in the same process

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.results: dict[str, Any] = {}

    def __call__(self, text: str, **options: Any) -> Any:
        key = repr((text, options))
        if key not in self.results:
            if len(self.results) == self.KEPT:
                del self.results[next(iter(self.results))]
            self.results[key] = self.function(text, **options)
        return self.results[key]
