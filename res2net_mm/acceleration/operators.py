"""The fastest operator of a computation, by what was measured on the processor at hand.

Which of several equal operators is fastest differs by processor: on those with AVX2 the compiled
kernels, on AMD's with AVX-512 oneDNN's convolutions, on others a matrix product of MKL. Each
:class:`Choice` is measured once, the first time it is asked for, and kept in
``~/.cache/res2net_mm/operators.json`` (``XDG_CACHE_HOME`` moves it), so that later runs choose the
same and resume to the bit. The choice is written to the log.

``RES2NET_MM_OPERATORS=builtin`` measures nothing and takes the choice that held on the processors
that were compared; ``RES2NET_MM_OPERATORS=FILE`` takes that of a file, as one machine wrote it for
all that train together.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from res2net_mm.errors import UserError
from res2net_mm.whole_file import write_json_file

VARIABLE = 'RES2NET_MM_OPERATORS'
BUILTIN = 'builtin'
ROUNDS = 4  # of which the fastest counts
GAIN = 0.95  # of the built-in choice's time: what is less faster does not replace it

Operator = Callable[..., Any]


@dataclass
class Choice:
    """A computation that several operators do, of which the fastest depends on the processor.

    Args:
        name: Its name in the file and the log.
        cases: What is measured: the most channels that a case stands for -> a function that makes
            the arguments of the operators. In ascending order; the last stands for more too.
        operators: Returns the operators that can run here by name, the built-in choice first.
    """

    name: str
    cases: Mapping[int, Callable[[], tuple[Tensor, ...]]]
    operators: Callable[[], Mapping[str, Operator]]
    _found: dict[int, list[str]] = field(default_factory=dict)  # number of threads -> a name a case

    def fastest(self, channels: int) -> str:
        """Return the name of the fastest operator for so many channels."""
        threads = torch.get_num_threads()
        if threads not in self._found:
            self._found[threads] = self._find()
        case = sum(channels > most for most in self.cases)
        return self._found[threads][min(case, len(self.cases) - 1)]

    def forget(self) -> None:
        """Choose anew the next time."""
        self._found.clear()

    def measure(self) -> list[str]:
        """Return the name of the fastest operator of each case, measured now."""
        operators = self.operators()
        builtin = next(iter(operators))
        if len(operators) == 1:
            return [builtin] * len(self.cases)
        fastest = []
        for make in self.cases.values():
            arguments = make()
            seconds = dict.fromkeys(operators, float('inf'))
            with torch.no_grad():
                for i in range(ROUNDS + 1):  # in turn; the first round warms up
                    for name, operator in operators.items():
                        start = time.perf_counter()
                        operator(*arguments)
                        if i:
                            seconds[name] = min(seconds[name], time.perf_counter() - start)
            seconds[builtin] *= GAIN
            fastest.append(min(seconds, key=lambda name: seconds[name]))
        return fastest

    def _find(self) -> list[str]:
        setting = os.environ.get(VARIABLE, '')
        allowed = list(self.operators())
        if setting == BUILTIN:
            return [allowed[0]] * len(self.cases)
        file = Path(setting) if setting else _cache_file()
        if setting and not file.is_file():
            raise UserError(
                f'{VARIABLE}={setting} is no file; allowed: {BUILTIN}, or a file such as '
                f'{_cache_file()} on a machine that has trained'
            )
        kept, machine = _read(file), _machine()
        names = kept.get(machine, {}).get(self.name)
        if not self._fits(names, allowed):
            if setting:
                raise UserError(
                    f'{VARIABLE}={setting} has no choice of {self.name} for {machine}: make it '
                    f'there without {VARIABLE}, or remove the variable'
                )
            names = self.measure()
            kept = _read(file)  # another process may have written meanwhile
            kept.setdefault(machine, {})[self.name] = names
            with suppress(OSError):  # a home that cannot be written to: measured by each process
                file.parent.mkdir(parents=True, exist_ok=True)
                write_json_file(kept, file)
        _log(f'{self.name}: {dict(zip(self.cases, names, strict=True))} by channels, from {file}')
        return names

    def _fits(self, names: Any, allowed: Sequence[str]) -> bool:
        right = isinstance(names, list) and len(names) == len(self.cases)
        return right and all(name in allowed for name in names)


def _log(text: str) -> None:
    from mmengine.logging import MMLogger

    logger = MMLogger.get_current_instance()
    logger.info(text, extra=dict(is_of_library=True))  # in the log file; not on a run's screen


def _cache_file() -> Path:
    root = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(root) / 'res2net_mm' / 'operators.json'


def _read(file: Path) -> dict[str, Any]:
    """Return what a file holds; nothing where it is missing or broken: it is measured again."""
    with suppress(OSError, ValueError):
        content = json.loads(file.read_text())
        if isinstance(content, dict) and all(isinstance(v, dict) for v in content.values()):
            return content
    return {}


def _machine() -> str:
    """Return all that the choice depends on in one line."""
    vectors = torch.backends.cpu.get_cpu_capability()
    return (
        f'{_processor()}, {vectors}, {torch.get_num_threads()} threads, torch {torch.__version__}'
    )


def _processor() -> str:
    """Return the model of the processor, with family and model number where Linux tells them."""
    wanted = 'vendor_id', 'cpu family', 'model', 'model name'
    found: dict[str, str] = {}
    with suppress(OSError):
        for line in Path('/proc/cpuinfo').read_text().splitlines():
            key, _, value = line.partition(':')
            if key.strip() in wanted:
                found.setdefault(key.strip(), value.strip())
    return ' '.join(found.values()) or 'unknown processor'
