"""Run the benchmark and report it: build the networks, run each once, measure them in turn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from res2net_mm.errors import UserError, argument
from res2net_mm.tables import align

from .contestants import TREATMENTS, USUAL, Contestant
from .measure import Run, Times, describe_machine, peak_memory, peak_runs, race, ratio

MODES = tuple(USUAL)
DTYPES = {'float32': torch.float32, 'bfloat16': torch.bfloat16, 'float16': torch.float16}
LEAST_SIZE = 32  # px, the stride of the last stage


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


@dataclass(frozen=True)
class Entry:
    """A network that is ready to run, with what is known of it before it is timed."""

    run: Run
    gmacs: float
    peak_mib: float


def benchmark(
    contestants: Sequence[Contestant],
    *,
    mode: str = 'infer',
    treatments: Sequence[str] | None = None,
    size: tuple[int, int] = (320, 480),
    batch: int = 1,
    device: str = 'cpu',
    dtype: str = 'float32',
    norm_eval: bool = False,
    rounds: int = 10,
    warmup: int = 2,
    baseline: str | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Report:
    """Measure every network under every treatment that exists for it.

    Args:
        contestants: The networks.
        mode: ``infer``, ``train`` (forward and backward) or ``memory`` (the peak memory of a
            training step, which needs no quiet machine).
        treatments: Names of :data:`TREATMENTS`; None for the usual ones of the mode, of which
            ``channels_last`` is for other packages' networks: this package's choose their layout.
        size: (height, width) of the images in px.
        batch: Number of images.
        device: ``cpu`` or ``cuda``.
        dtype: ``float32``, or the type in which autocast computes.
        norm_eval: Whether batch norms keep their statistics in training.
        rounds: Number of timed rounds.
        warmup: Number of rounds before them.
        baseline: Name of the row of ratio 1; default the first of another package.
        said: Called with lines of progress.

    Raises:
        UserError: An argument is not allowed, or no network can be measured.
    """
    _require_known('mode', mode, MODES)
    _require_known('dtype', dtype, DTYPES)
    _require_known('device', device, ('cpu', 'cuda'))
    if len(size) != 2 or min(size) < LEAST_SIZE:
        raise UserError(f'size={size} must be height and width of {LEAST_SIZE} px or more')
    for name, value, least in (('batch', batch, 1), ('rounds', rounds, 1), ('warmup', warmup, 0)):
        if value < least:
            raise UserError(f'{argument(name, value)} must be {least} or more')
    if device == 'cuda' and not torch.cuda.is_available():
        raise UserError(f'{argument("device", device)}: PyTorch sees no GPU here')
    absent = {c.name: c.absent for c in contestants if c.build is None}
    chosen = {}
    for name in treatments or USUAL[mode]:
        _require_known('treatment', name, TREATMENTS)
        if why := TREATMENTS[name].absent(device, dtype):
            absent[name] = why
        else:
            chosen[name] = TREATMENTS[name]
    pairs = {
        f'{contestant.name} {name}': (contestant, treatment)
        for contestant in contestants
        for name, treatment in chosen.items()
        if contestant.build
        and treatment.applies(contestant, mode)
        and (treatments or not contestant.ours or name != 'channels_last')
    }
    if not pairs:
        raise UserError(f'there is nothing to measure: {absent or "no model was named"}')
    others = (key for key, (contestant, _) in pairs.items() if not contestant.ours)
    baseline = baseline or next(others, next(iter(pairs)))
    _require_known('baseline', baseline, pairs)

    torch.manual_seed(0)
    image = torch.randn(batch, 3, *size, device=device)
    entries: dict[str, Entry] = {}
    for key, (contestant, treatment) in pairs.items():
        said(f'building {key}')
        assert contestant.build is not None
        network = contestant.build(**treatment.arguments).to(device)
        _set_mode(network, training=mode != 'infer', norm_eval=norm_eval)
        gmacs = _count_gmacs(network, image)
        run = _runner(treatment.apply(network), image, DTYPES[dtype], training=mode != 'infer')
        run()  # which compiles the network and allocates its gradients
        entries[key] = Entry(run, gmacs, peak_memory(run, device=device) / 2**20)
    peaks: dict[str, float] = {}
    if mode == 'memory':
        rows = [
            Row(key, entry.gmacs, entry.peak_mib, entry.peak_mib / entries[baseline].peak_mib)
            for key, entry in entries.items()
        ]
    else:
        operators = peak_runs(device, DTYPES[dtype])
        runs = {key: entry.run for key, entry in entries.items()}
        runs |= {name: run for name, (run, _) in operators.items()}
        times = race(runs, rounds=rounds, warmup=warmup, device=device, said=said)
        peaks = {name: macs / times[name].median / 1e9 for name, (_, macs) in operators.items()}
        passes = 1 if mode == 'infer' else 3
        rows = [
            _timed_row(key, entry, times[key], times[baseline], max(peaks.values()) / passes)
            for key, entry in entries.items()
        ]
    norms = 'eval' if norm_eval or mode == 'infer' else 'train'
    shape = f'{batch}x3x{size[0]}x{size[1]}'
    return Report(
        settings=dict(mode=mode, size=shape, dtype=dtype, norms=norms, rounds=rounds),
        machine=describe_machine(device),
        baseline=baseline,
        rows=tuple(rows),
        absent=absent,
        peak_gmacs=max(peaks.values(), default=None),
        peaks=peaks,
    )


def _require_known(name: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise UserError(f'{name}={value!r} is unknown; allowed: {", ".join(allowed)}')


def _timed_row(name: str, entry: Entry, times: Times, baseline: Times, peak: float) -> Row:
    """Return the row of a network, for a peak in 1e9 multiply-adds of forward passes a second."""
    return Row(
        name=name,
        gmacs=entry.gmacs,
        peak_mib=entry.peak_mib,
        seconds=times.median,
        quartiles=times.quartiles,
        cpu_seconds=median(times.cpu),
        ratio=ratio(times.wall, baseline.wall),
        cpu_ratio=ratio(times.cpu, baseline.cpu),
        share_of_peak=entry.gmacs / times.median / peak,
    )


def _set_mode(network: nn.Module, *, training: bool, norm_eval: bool) -> None:
    """Set training alike for all networks: MMDetection's freeze their statistics by default."""
    network.train(training)
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.train(training and not norm_eval)


def _count_gmacs(network: nn.Module, image: Tensor) -> float:
    """Count the multiply-adds of convolutions and linear layers in one forward pass."""
    with torch.no_grad():
        network(image)  # which may measure operators first, and that must not count
        with FlopCounterMode(display=False) as counter:
            network(image)
    return counter.get_total_flops() / 2e9


def _runner(network: nn.Module, image: Tensor, dtype: torch.dtype, *, training: bool) -> Run:
    """Return one step: a forward pass, and in training a backward pass of the features' means."""
    autocast = torch.autocast(image.device.type, dtype, enabled=dtype != torch.float32)

    def infer() -> None:
        with torch.inference_mode(), autocast:
            network(image)

    def train() -> None:
        with autocast:
            loss = torch.stack([feature.float().mean() for feature in network(image)]).sum()
        network.zero_grad(set_to_none=False)
        loss.backward()

    return train if training else infer
