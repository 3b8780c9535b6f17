"""``--cfg-options`` of the tools."""

import argparse
from collections.abc import Sequence

from mmengine.config import DictAction


class OptionAction(DictAction):
    """MMEngine's action for ``KEY=VALUE``, with an error in place of a traceback."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Sequence[str],
        option_string: str | None = None,
    ) -> None:
        """Put the settings into ``namespace``, or end the program with the parser's error."""
        for value in values:
            key, equals, _ = value.partition('=')
            if not equals or not all(
                part.isidentifier() or part.isdigit() for part in key.split('.')
            ):
                parser.error(
                    f'{option_string}: {value!r} is not KEY=VALUE, as train_cfg.max_epochs=3 is'
                )
        try:
            super().__call__(parser, namespace, values, option_string)
        except Exception as error:  # its parser of values raises whatever it may be
            parser.error(f'{option_string} {" ".join(values)}: {error}')
