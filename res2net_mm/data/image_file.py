"""What an image file says of itself before it is decoded."""

from pathlib import Path

from PIL import Image

from res2net_mm.errors import UserError

ORIENTATION = 0x0112  # EXIF tag; from 5 on the picture is shown with height and width exchanged


def shown_size(file: Path) -> tuple[int, int]:
    """Height and width in pixels, as training will see them (turned as EXIF says).

    Raises:
        UserError: it cannot be read.
    """
    try:
        with Image.open(file) as image:
            return turned_size(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f'image {file} cannot be read: {error}.') from error


def turned_size(image: Image.Image) -> tuple[int, int]:
    """Height and width of an open image, as :func:`shown_size`."""
    width, height = image.size
    return (width, height) if orientation(image) >= 5 else (height, width)


def orientation(image: Image.Image) -> int:
    """How EXIF turns an open image: 1 for not at all, to 8."""
    return image.getexif().get(ORIENTATION) or 1
