"""The result of a benchmark, as a table and as data."""

from dataclasses import asdict, dataclass
from typing import Any

from res2net_mm.tables import align


@dataclass(frozen=True)
class Row:
    """The figures of one network under one treatment.

    Attributes:
        peak_mib: Most memory in MiB that a run takes from PyTorch beyond weights, gradients and
            input; the memory of another engine is not in it.
        ratio: Median over the rounds of its time over the baseline's.
        cpu_ratio: The same of the processor time, which other work on the machine delays less.
        share_of_peak: Multiply-adds a second over the machine's peak; a training step counts as
            three forward passes.
    """

    name: str  # network and treatment
    gmacs: float  # 1e9 multiply-adds of one forward pass of the whole batch
    peak_mib: float
    ratio: float
    seconds: float | None = None  # median of the runs
    quartiles: tuple[float, float] | None = None  # first and third, in seconds
    cpu_seconds: float | None = None  # median of the processor time, all threads together
    cpu_ratio: float | None = None
    share_of_peak: float | None = None

    def cells(self) -> list[str]:
        """Return the row of the table."""
        cells = [f'{self.gmacs:.2f}', f'{self.peak_mib:.1f}', f'{self.ratio:.3f}']
        if self.seconds is None or self.quartiles is None:
            return [self.name, *cells]
        low, high = (f'{1000 * value:.0f}' for value in self.quartiles)
        times = [f'{1000 * self.seconds:.1f}', f'{low} .. {high}']
        return [self.name, *times, *cells, f'{self.cpu_ratio:.3f}', f'{self.share_of_peak:.1%}']


@dataclass(frozen=True)
class Report:
    """The result of a benchmark: ``str`` is the table, ``to_json`` the same as data."""

    settings: dict[str, Any]  # mode, size and so on
    machine: dict[str, str | int]  # see describe_machine
    baseline: str  # name of the row of ratio 1
    rows: tuple[Row, ...]
    absent: dict[str, str]  # name of a network or treatment that was not measured -> why
    peak_gmacs: float | None  # the machine's peak, 1e9 multiply-adds a second: of the best operator
    peaks: dict[str, float]  # the same of each operator that was tried

    def to_json(self) -> dict[str, Any]:
        """Return plain data for ``json.dump``."""
        return asdict(self)

    def __str__(self) -> str:
        timed = self.peak_gmacs is not None
        head = ['GMACs', 'peak MiB', 'ratio']
        if timed:
            head = ['ms', 'quartiles', *head, 'by CPU', 'of peak']
        lines = [
            ', '.join(f'{key} {value}' for key, value in values.items())
            for values in (self.settings, self.machine)
        ]
        lines += align([['', *head], *(row.cells() for row in self.rows)])
        lines.append(f'ratio: {"time" if timed else "peak memory"} over that of {self.baseline}')
        if timed:
            tried = ', '.join(f'{name} {gmacs:.1f}' for name, gmacs in self.peaks.items())
            lines.append(f'peak: {self.peak_gmacs:.1f} GMACs a second, the best of {tried}')
        lines += [f'absent: {name} ({why})' for name, why in self.absent.items()]
        return '\n'.join(lines)
