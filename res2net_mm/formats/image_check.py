"""Checks the headers of images against the sizes that their labels say."""

from collections.abc import Mapping
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import Header, Size, size_text

# What to do about images that are not as they should be.
GET_ANEW = 'get the files anew, or take them out of the list'
UPRIGHT = 'store the pixels upright without the tag, and write labels for these'
MEASURE = 'write the true height and width, and scale the labels if they were drawn on a copy'


def check_headers(
    source: Path,
    listed: Mapping[Path, Size | None],
    headers: Mapping[Path, Header | UserError],
    findings: Findings,
) -> None:
    """Find images that cannot be read, that EXIF turns, or that are not as large as listed.

    Args:
        source: File or folder that lists the images; it is named in the findings.
        listed: Labelled height and width of each image; None if the labels give no size.
        headers: Headers of the images that exist, or the error that reading one raised.
        findings: Receives the problems.
    """
    unreadable, turned, settled, unequal = [], [], [], []
    for file, said in listed.items():
        header = headers.get(file)
        if isinstance(header, UserError):
            unreadable.append(reason_of(header, file))
        elif header is None or said is None:
            continue
        elif header.orientation == 1:
            if tuple(said) != header.size:
                unequal.append(
                    f'{file.name} is {size_text(header.size)}, listed as {size_text(said)}'
                )
        elif header.orientation >= 5 and tuple(said) == header.size != header.size[::-1]:
            settled.append(file.name)
        else:
            turned.append(
                f'{file.name}: orientation {header.orientation}, {size_text(header.size)} shown, '
                f'listed as {size_text(said)}'
            )
    findings.add(ERROR, source, 'images that cannot be read', unreadable, GET_ANEW)
    what = 'images that EXIF turns, so that labels may lie elsewhere than on what is trained on'
    findings.add(PROBLEM, source, what, turned, UPRIGHT)
    findings.add(NOTE, source, 'images that EXIF turns, labelled as they are shown', settled)
    what = 'images of another size than their labels say'
    findings.add(PROBLEM, source, what, unequal, MEASURE)


def reason_of(error: UserError, file: Path) -> str:
    """Return the error of an image as an example, which names it without its folder."""
    return str(error).rstrip('.').replace(f'image {file} cannot be read', file.name)
