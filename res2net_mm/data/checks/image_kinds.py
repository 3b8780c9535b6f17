"""Finds images that training cannot read, or reads otherwise than they are."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmengine.config import Config

from res2net_mm.data.checks.image_look import Look, Range, image_loader, look
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_file import Header, read_headers, size_text

LOOKED_AT = 8  # images of a kind that are decoded before training
SQUEEZED = 128  # deep images of which training sees no value from this on lose half their range
BLACK = 16  # an image without a value from this on shows nothing
OFF = 10  # mean difference from the true colours, of 255, that is a fault


def check_kinds(
    files: Iterable[Path], source: Path, findings: Findings, *, cfg: Config | None = None
) -> None:
    """Find images that training cannot read or reads badly, by decoding a few of each kind.

    Args:
        files: Paths of the images. Kinds are told by headers; images of a plain kind are not
            decoded.
        source: File or folder that lists the images, for the findings.
        findings: Receives the problems.
        cfg: Config of the pipeline that reads the images; None for OpenCV in BGR.
    """
    headers = read_headers(files, f'headers of {source.name}')
    odd = {f: h for f, h in headers.items() if isinstance(h, Header) and not h.plain}
    load = image_loader(cfg)
    looks = {
        file: look(file, odd[file], load)
        for members in _by_kind(odd)
        for file in members[:: -(-len(members) // LOOKED_AT)]
    }
    check_looks(odd, looks, source, findings)


def check_looks(
    headers: Mapping[Path, Header], looks: Mapping[Path, Look], source: Path, findings: Findings
) -> None:
    """Find what training cannot read or reads badly among images that were decoded.

    Args:
        headers: Headers of all images.
        looks: Results of decoding all images, or a few of each kind. If no image of a kind can be
            read, the whole kind is reported.
        source: File or folder that lists the images, for the findings.
        findings: Receives the problems.
    """
    for members in _by_kind(headers):
        looked = {file: looks[file] for file in members if file in looks}
        failed = {file: seen for file, seen in looked.items() if seen.size is None}
        names = [file.name for file in (members if len(failed) == len(looked) else failed)]
        if failed:
            whole = _whole(seen.stored for seen in failed.values())
            kind = next(iter(failed.values())).kind
            what = f'images that training cannot read, of {kind}{_from_to(whole)}'
            findings.add(ERROR, source, what, names, _save(whole))
        deep = {file: seen for file, seen in looked.items() if seen.size and seen.stored}
        if deep:
            _check_depth(members, deep, source, findings)
    read = {file: seen for file, seen in looks.items() if seen.size}
    other = [
        f'{file.name} is {size_text(headers[file].size)}, read as {size_text(seen.size)}'
        for file, seen in read.items()
        if seen.size and seen.size != headers[file].size
    ]
    what = 'images that training reads in another size than other programs show'
    findings.add(PROBLEM, source, what, other, 'store the pixels upright, without EXIF')
    bad = [f'{f.name} ({x.kind}): {x.off:.0f} of 255' for f, x in read.items() if x.off > OFF]
    what = 'images whose colours in training are off those that other programs show'
    findings.add(PROBLEM, source, what, bad, 'save them in RGB of 8 bits, such as PNG')
    clear = [f'{file.name}: {seen.clear:.1%} of it' for file, seen in read.items() if seen.clear]
    what = 'images with transparent pixels, which training sees in the colours stored under them'
    findings.add(NOTE, source, what, clear)
    several = [f'{file.name}: {seen.frames}' for file, seen in read.items() if seen.frames > 1]
    findings.add(NOTE, source, 'files of several images, of which training sees one', several)
    black = [
        f'{file.name}:{_from_to(image.seen)} of 0..255'
        for file, image in read.items()
        if image.seen[1] < BLACK and not image.stored
    ]
    what = 'images that are all but black as training sees them'
    fix = 'take them out of the list or, if they show anything, save them brighter'
    findings.add(PROBLEM, source, what, black, fix)


def _check_depth(
    members: Sequence[Path], deep: Mapping[Path, Look], source: Path, findings: Findings
) -> None:
    """Find images of more than 8 bits of which too little is left in the 8 that training sees."""
    kind = next(iter(deep.values())).kind
    whole = _whole(image.stored for image in deep.values()) or (0, 0)
    seen = _whole(image.seen for image in deep.values()) or (0, 0)
    if whole[0] >= 0 and seen[1] >= SQUEEZED:
        what = f'images of {kind}{_from_to(whole)}, of which training sees the upper 8 bits'
        findings.add(NOTE, source, what, [file.name for file in members])
        return
    shown = [
        f'{file.name}:{_from_to(image.stored)} seen as{_from_to(image.seen)}'
        for file, image in deep.items()
    ]
    what = f'images of {kind}{_from_to(whole)}, which training sees as{_from_to(seen)} of 0..255'
    findings.add(PROBLEM, source, what, shown, _save(whole), count=len(members))


def _by_kind(headers: Mapping[Path, Header]) -> Iterable[list[Path]]:
    kinds: dict[str, list[Path]] = {}
    for file, header in headers.items():
        kinds.setdefault(header.kind, []).append(file)
    return kinds.values()


def _whole(ranges: Iterable[Range | None]) -> Range | None:
    known = [each for each in ranges if each]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def _from_to(values: Range | None) -> str:
    return f' {_text(values[0])}..{_text(values[1])}' if values else ''


def _save(values: Range | None) -> str:
    scaled = f', {_text(values[0])} as 0 and {_text(values[1])} as 255' if values else ''
    return f'save them in 8 bits, such as PNG{scaled}'


def _text(value: float) -> str:
    return str(value) if isinstance(value, int) else f'{value:.3g}'
