"""Lists of names as text files: of the images of a split, of classes."""

from pathlib import Path

from res2net_mm.errors import UserError


def read_lines(file: Path) -> list[str]:
    """The lines of a text file that are not empty, without space around them.

    Raises:
        UserError: it cannot be read, or is no text in UTF-8.
    """
    try:
        text = file.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise UserError(
            f'{file} is no text in UTF-8 ({error.reason}): save it as UTF-8.'
        ) from error
    except OSError as error:
        raise UserError(f'{file} cannot be read: {error.strerror}.') from error
    if '\0' in text:
        raise UserError(f'{file} is no text: it holds zeros. Get it anew, or save it as UTF-8.')
    return [line.strip() for line in text.splitlines() if line.strip()]
