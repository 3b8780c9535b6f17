"""Images and label maps as MMSegmentation reads them: a list of names, and label maps of labels."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from PIL import Image

from res2net_mm.formats import LabelMapImages
from res2net_mm.formats.label_maps.encoding import Encoding
from res2net_mm.formats.label_maps.map_file import read_pixels
from res2net_mm.progress import track
from res2net_mm.whole_file import whole_file, write_text_file


@dataclass(frozen=True)
class ListedPairs:
    """What a BaseSegDataset is given.

    Attributes:
        list_file: Names of the images, a line each.
        image_dir: What they lie below.
        map_dir: What the label maps lie below.
        image_suffix: What follows a name in the file name of the image.
        map_suffix: The same of the label map.
    """

    list_file: Path
    image_dir: Path
    map_dir: Path
    image_suffix: str
    map_suffix: str


def list_pairs(
    part: LabelMapImages, split: str, out_dir: Path, encoding: Encoding, *, direct: bool
) -> ListedPairs:
    """Write what training reads of a split, and return it.

    Label maps are read where they lie if their pixels are labels and their names are those of the
    images but for one ending of each. Else they are written anew, one for each image.

    Args:
        part: Images and label maps of the split.
        split: Name of the split.
        out_dir: Folder to write to.
        encoding: Encoding of the labels in the pixels.
        direct: Whether training decodes the files to the same values.
    """
    list_file = out_dir / f'masked_{split}.txt'
    suffixes = shared_suffixes(part.images, part.maps)
    map_dir, names = part.map_dir, part.images
    if suffixes is None or not (direct and encoding.is_direct):
        map_dir = out_dir / f'label_maps_{split}'
        files = [map_dir / f'{name}.png' for name in part.images]
        write_maps(part.map_files, files, encoding, f'label maps of {split} for training')
        suffixes = '', '.png'
    elif suffixes[0]:
        names = [name.removesuffix(suffixes[0]) for name in part.images]
    write_text_file('\n'.join(names) + '\n', list_file)
    return ListedPairs(list_file, part.image_dir, map_dir, *suffixes)


def shared_suffixes(images: Sequence[str], maps: Sequence[str]) -> tuple[str, str] | None:
    """Return what follows the shared names of images and label maps; None if they share none."""
    letters = zip(images[0], maps[0], strict=False)
    shared = ''.join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], letters))
    for name in (os.path.splitext(images[0])[0], shared):
        ends = images[0][len(name) :], maps[0][len(name) :]
        pairs = zip(images, maps, strict=True)
        if all(
            image.endswith(ends[0])
            and label_map.endswith(ends[1])
            and image[: len(image) - len(ends[0])] == label_map[: len(label_map) - len(ends[1])]
            for image, label_map in pairs
        ):
            return ends
    return None


def write_maps(
    sources: Sequence[Path], files: Sequence[Path], encoding: Encoding, what: str
) -> None:
    """Write label maps as PNG files of labels, with progress.

    Args:
        sources: Paths of the label maps.
        files: Path to write for each.
        encoding: Encoding of the labels in the pixels.
        what: Text of the progress bar.
    """

    def write(source: Path, file: Path) -> None:
        # Where JPEG files blur labels they were refused when their pixels were counted.
        labels = encoding.decode(read_pixels(source, lossy=True))
        with whole_file(file, durable=False) as partial:
            Image.fromarray(labels).save(partial, 'PNG')

    for folder in {file.parent for file in files}:
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders run beside Python
        written = pool.map(write, sources, files)
        for _ in track(written, what, total=len(files), shown=True):
            pass
