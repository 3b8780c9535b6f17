"""Run the contestants against each other and put down what came out."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from res2net_mm.errors import UserError

from .contestants import Contestant
from .machine import describe_machine, peak_flops
from .memory import peak_memory
from .race import Times, race, ratio
from .treatments import TREATMENTS

MODES = ('infer', 'train', 'memory')
DTYPES = {'float32': torch.float32, 'bfloat16': torch.bfloat16, 'float16': torch.float16}
PEAK = 'matrix product'  # what stands for the machine's peak


@dataclass(frozen=True)
class Row:
    """What was measured of one network under one treatment.

    Attributes:
        name: Network and treatment.
        gmacs: Multiply-adds in 1e9 of one forward pass of the whole batch.
        peak_mib: Most memory of PyTorch's that a run takes beyond weights, gradients and input, in
            MiB; an engine's own is not in it.
        seconds: Median of the runs.
        quartiles: First and third quartile of the runs, in seconds.
        cpu_seconds: Median of the processor's seconds, all threads together.
        ratio: Median over the rounds of its time over the baseline's.
        cpu_ratio: The same of the processor's seconds, which other work on the machine delays less.
        share_of_peak: Multiply-adds a second over those of the matrix product; a training step
            counts as three forward passes.
    """

    name: str
    gmacs: float
    peak_mib: float
    seconds: float | None = None
    quartiles: tuple[float, float] | None = None
    cpu_seconds: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    share_of_peak: float | None = None


@dataclass(frozen=True)
class Report:
    """A benchmark's result: ``str`` is the table, ``to_json`` the same as data."""

    settings: dict[str, object]
    machine: dict[str, str | int]
    baseline: str
    rows: tuple[Row, ...]
    absent: dict[str, str]
    peak_gmacs: float | None

    def to_json(self) -> dict[str, object]:
        """Return plain data for ``json.dump``."""
        return asdict(self)

    def __str__(self) -> str:
        width = max(len(row.name) for row in self.rows) + 2
        timed = self.rows[0].seconds is not None
        head = f'{"GMACs":>8}{"peak MiB":>10}{"ratio":>8}'
        if timed:
            head = f'{"ms":>9}{"quartiles":>17}' + head + f'{"by CPU":>8}{"of peak":>9}'
        lines = [
            ', '.join(f'{key} {value}' for key, value in self.settings.items()),
            ', '.join(f'{key} {value}' for key, value in self.machine.items()),
            f'{"":{width}}{head}',
        ]
        for row in self.rows:
            cells = f'{row.gmacs:8.2f}{row.peak_mib:10.1f}{row.ratio:8.3f}'
            if timed:
                low, high = (f'{1000 * value:.0f}' for value in row.quartiles)
                times = f'{1000 * row.seconds:9.1f}{low + " .. " + high:>17}'
                cells = times + cells + f'{row.cpu_ratio:8.3f}{row.share_of_peak:9.1%}'
            lines.append(f'{row.name:{width}}{cells}')
        what = 'time' if timed else 'peak memory'
        lines.append(f'ratio: {what} over that of {self.baseline}')
        if timed:
            lines.append(f'peak: {self.peak_gmacs:.1f} GMACs a second, a {PEAK} in the same rounds')
        lines += [f'absent: {name} ({why})' for name, why in self.absent.items()]
        return '\n'.join(lines)


LEAST_SIZE = 32  # px, the stride of the last stage


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
    """Measure every contestant under every treatment that applies to it.

    Args:
        contestants: The networks.
        mode: ``infer``, ``train`` (forward and backward) or ``memory`` (the peak of a training
            step alone, which needs no quiet machine).
        treatments: Names of :data:`~.treatments.TREATMENTS`; None for the mode's usual ones.
        size: (H, W) of the images in px.
        batch: Images at once.
        device: ``cpu`` or ``cuda``.
        dtype: Of the computation: float32, or what autocast computes in.
        norm_eval: Whether batch norms keep their statistics while training.
        rounds: Timed rounds.
        warmup: Rounds before them.
        baseline: The row all ratios are over; None for the first of another package.
        said: Called with lines of progress.

    Raises:
        UserError: An argument is none of those allowed, or nobody is there.
    """
    _refuse_unknown('mode', mode, MODES)
    _refuse_unknown('dtype', dtype, DTYPES)
    _refuse_unknown('device', device, ('cpu', 'cuda'))
    if len(size) != 2 or min(size) < LEAST_SIZE:
        raise UserError(f'size={size} must be height and width of {LEAST_SIZE} px or more')
    for name, value, least in (('batch', batch, 1), ('rounds', rounds, 1), ('warmup', warmup, 0)):
        if value < least:
            raise UserError(f'{name}={value} must be {least} or more')
    if device == 'cuda' and not torch.cuda.is_available():
        raise UserError('device=cuda: PyTorch sees no GPU here')
    usual = {'infer': ('eager', 'fuse', 'openvino')}
    treatments = tuple(treatments or usual.get(mode, ('eager', 'low')))
    for name in treatments:
        _refuse_unknown('treatment', name, TREATMENTS)
    absent = {c.name: c.absent for c in contestants if c.build is None}
    absent |= {name: why for name in treatments if (why := TREATMENTS[name].absent(device, dtype))}
    entries = {
        f'{contestant.name} {name}': (contestant, TREATMENTS[name])
        for contestant in contestants
        for name in treatments
        if contestant.build and name not in absent and TREATMENTS[name].applies(contestant, mode)
    }
    if not entries:
        raise UserError(f'nobody is there to be measured: {absent or "no model was named"}')
    others = (key for key, (contestant, _) in entries.items() if not contestant.ours)
    baseline = baseline or next(others, next(iter(entries)))
    _refuse_unknown('baseline', baseline, entries)

    torch.manual_seed(0)
    image = torch.randn(batch, 3, *size, device=device)
    rows: dict[str, dict] = {}
    runs: dict[str, Callable[[], object]] = {}
    for key, (contestant, treatment) in entries.items():
        said(f'building {key}')
        network = contestant.build(**treatment.arguments).to(device)
        _set_mode(network, training=mode != 'infer', norm_eval=norm_eval)
        gmacs = _count_gmacs(network, image)
        network = treatment.apply(network, image)
        runs[key] = _runner(network, image, device, DTYPES[dtype], training=mode != 'infer')
        runs[key]()  # compiles, and makes the gradients that are there at every later step
        rows[key] = dict(gmacs=gmacs, peak_mib=peak_memory(runs[key], device=device) / 2**20)

    peak = None
    if mode == 'memory':
        for row in rows.values():
            row['ratio'] = row['peak_mib'] / rows[baseline]['peak_mib']
    else:
        runs[PEAK], macs = peak_flops(device, DTYPES[dtype])
        times = race(runs, rounds=rounds, warmup=warmup, device=device, said=said)
        peak = macs / times.pop(PEAK).median / 1e9
        for key, row in rows.items():
            _add_times(row, times[key], times[baseline], peak, passes=1 if mode == 'infer' else 3)
    settings = dict(mode=mode, size=f'{batch}x3x{size[0]}x{size[1]}', dtype=dtype)
    settings |= dict(norms='eval' if norm_eval or mode == 'infer' else 'train', rounds=rounds)
    return Report(
        settings=settings,
        machine=describe_machine(device),
        baseline=baseline,
        rows=tuple(Row(name=key, **row) for key, row in rows.items()),
        absent=absent,
        peak_gmacs=peak,
    )


def _refuse_unknown(what: str, value: str, allowed: Sequence[str] | dict) -> None:
    if value not in allowed:
        raise UserError(f'{what}={value!r} is unknown; allowed: {", ".join(allowed)}')


def _add_times(row: dict, times: Times, baseline: Times, peak: float, *, passes: int) -> None:
    row.update(
        seconds=times.median,
        quartiles=times.quartiles,
        cpu_seconds=median(times.cpu),
        ratio=ratio(times.wall, baseline.wall),
        cpu_ratio=ratio(times.cpu, baseline.cpu),
        share_of_peak=passes * row['gmacs'] / times.median / peak,
    )


def _set_mode(network: nn.Module, *, training: bool, norm_eval: bool) -> None:
    """Set training and batch norms alike for all: by themselves mmdet's backbones hold theirs."""
    network.train(training)
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.train(training and not norm_eval)


def _count_gmacs(network: nn.Module, image: Tensor) -> float:
    """Count the multiply-adds of convolutions and linear layers in one forward pass."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(image)
    return counter.get_total_flops() / 2e9


def _runner(
    network: nn.Module, image: Tensor, device: str, dtype: torch.dtype, *, training: bool
) -> Callable[[], object]:
    """Return one step: a forward pass, and in training a backward pass of the features' means."""
    autocast = torch.autocast(device, dtype, enabled=dtype != torch.float32)

    def infer() -> None:
        with torch.inference_mode(), autocast:
            network(image)

    def train() -> None:
        with autocast:
            loss = sum(feature.float().mean() for feature in network(image))
        network.zero_grad(set_to_none=False)
        loss.backward()

    return train if training else infer
