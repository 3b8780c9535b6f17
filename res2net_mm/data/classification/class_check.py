"""What a check finds in classified images: equal ones, rare classes, sizes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from res2net_mm.data.checks.decoded_images import DecodedImage
from res2net_mm.data.classification.class_folder import ClassificationFolder
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.image_file import size_text

RARE = 10  # times fewer images than the largest class has are said


def check_twins(
    folder: ClassificationFolder, decoded: Mapping[Path, DecodedImage], findings: Findings
) -> None:
    """Find images with the same pixels in two classes, or twice in the training split.

    Args:
        folder: The recognised folder.
        decoded: Decoded images of the folder.
        findings: Receives the equal images.
    """
    first: dict[bytes, tuple[str, str, str]] = {}
    torn, again = [], []
    for split, part in folder.own_splits.items():
        files = part.files
        named = zip(files.images, files.class_names, files.image_files, strict=True)
        for path, name, file in named:
            if not (digest := decoded.get(file, DecodedImage()).digest):
                continue
            twin, of_class, of_split = first.setdefault(digest, (path, name, split))
            if of_class != name:
                torn.append(f'{path} is {twin}')
            elif twin != path and split == of_split == 'train':
                again.append(f'{path} is {twin}')
    what = 'images with the same pixels in two classes'
    findings.add(PROBLEM, folder.root, what, torn, 'keep them in the class that is right')
    what = 'images of train with the same pixels as another one of their class'
    findings.add(NOTE, folder.root, what, again)


def check_balance(folder: ClassificationFolder, findings: Findings) -> None:
    """Note classes that have far fewer images than the largest one to train on."""
    part = next(iter(folder.splits.values()))
    most = max(part.counts.values(), default=0)
    what = f'classes with less than 1/{RARE} of the images that the largest class has ({most})'
    rare = [f'{name}: {n}' for name, n in part.counts.items() if n and RARE * n < most]
    findings.add(NOTE, part.files.file, what, rare)


def sizes_text(images: Iterable[DecodedImage]) -> str:
    """Return the sizes of decoded images in one line."""
    sizes = sorted((image.header.size for image in images if image.header), key=_area)
    if not sizes:
        return 'sizes of the images: none can be read'
    if sizes[0] == sizes[-1]:
        return f'sizes of the images: all {size_text(sizes[0])}'
    middle = size_text(sizes[len(sizes) // 2])
    return (
        f'sizes of the images: {size_text(sizes[0])} to {size_text(sizes[-1])}, half of them up to '
        f'{middle}'
    )


def _area(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] * size[1], size[0]
