"""Write text in any script on pictures and plots."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 12  # px, height of a line of capitals and small letters
# Known for many scripts; they are looked at before the other fonts of the system.
PREFERRED = ('DejaVuSans.ttf', 'NotoSans', 'NotoSansCJK', 'wqy', 'Droid', 'Arial')


class Lettering:
    """The letters for the names on a picture, in lines of a height in px.

    Names that no font of the system can write whole are shown as ``#1``, ``#2``, ...; ``unwritten``
    holds them.
    """

    def __init__(self, names: Iterable[str], *, size: int = SIZE) -> None:
        names = list(dict.fromkeys(names))
        self.fonts = {name: _font_for(name, size) for name in names}
        self.plain = ImageFont.truetype(_default_font(), size)
        self.unwritten = tuple(name for name, font in self.fonts.items() if font is None)
        self._shown = {
            name: name if font else f'#{index + 1}'
            for index, (name, font) in enumerate(self.fonts.items())
        }

    def shown(self, name: str) -> str:
        """Return what is written for a name: the name or its number."""
        return self._shown.get(name, name)

    def said(self) -> str:
        """Return what the numbers stand for, as a sentence; empty where there are none."""
        numbered = ', '.join(f'{self.shown(name)} {name}' for name in self.unwritten)
        what = 'no font of this system has the letters of some names; drawn as'
        return f'{what}: {numbered}' if numbered else ''

    def families(self, names: Iterable[str]) -> list[str]:
        """Return the fonts of some of the names by the names that matplotlib knows them by."""
        from matplotlib.font_manager import FontProperties, fontManager

        paths = dict.fromkeys(str(font.path) for n in names if (font := self.fonts.get(n)))
        for path in paths:
            fontManager.addfont(path)
        found = [FontProperties(fname=path).get_name() for path in paths]
        return [*dict.fromkeys(['DejaVu Sans', *found])]

    def size_of(self, name: str, more: str = '') -> tuple[int, int]:
        """Return width and height in px of a name with the plain text ``more`` behind it."""
        parts = self._parts(name, more)
        boxes = [font.getbbox(text) for font, text in parts]
        width = sum(font.getlength(text) for font, text in parts)
        return round(width), round(max(box[3] for box in boxes))

    def write(
        self,
        picture: np.ndarray,
        at: tuple[int, int],
        name: str,
        more: str = '',
        colour: tuple[int, int, int] = (255, 255, 255),
    ) -> None:
        """Write a name on a picture, (H, W, 3) uint8 BGR, in place; Latin text ``more`` behind it.

        ``at`` is column and row of the text's upper left corner, in px.
        """
        width, height = self.size_of(name, more)
        x, y = (max(value, 0) for value in at)
        region = picture[y : y + height + 1, x : x + width + 1]
        if not region.size:
            return
        image = Image.fromarray(np.ascontiguousarray(region[..., ::-1]))
        draw, left = ImageDraw.Draw(image), 0.0
        for font, text in self._parts(name, more):
            draw.text((left, 0), text, font=font, fill=colour[::-1])
            left += font.getlength(text)
        region[:] = np.asarray(image)[..., ::-1]

    def _parts(self, name: str, more: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        parts = [(self.fonts.get(name) or self.plain, self.shown(name)), (self.plain, more)]
        return [(font, text) for font, text in parts if text] or [(self.plain, ' ')]


def letter(figure: 'Figure') -> Lettering:
    """Give the texts of a plot fonts that have their letters; words that none has become numbers.

    Labels of ticks keep their words: these have to be right when they are set.
    """
    from matplotlib.text import Text

    texts: list[Text] = figure.findobj(lambda artist: isinstance(artist, Text))  # type: ignore[assignment]
    texts = [text for text in texts if not text.get_text().isascii()]
    words = [word for text in texts for word in text.get_text().split()]
    letters = Lettering(word for word in words if not word.isascii())
    for text in texts:
        parts = re.split(r'(\s+)', text.get_text())
        text.set_text(''.join(map(letters.shown, parts)))
        text.set_fontfamily(letters.families(parts))
    return letters


def _font_for(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    letters = frozenset(ord(letter) for letter in name if not letter.isspace())
    path = _default_font() if letters <= set(range(32, 127)) else _font_with(letters)
    return None if path is None else ImageFont.truetype(path, size)


def _default_font() -> str:
    from matplotlib import get_data_path

    return str(Path(get_data_path()) / 'fonts' / 'ttf' / 'DejaVuSans.ttf')


@cache
def _font_with(letters: frozenset[int]) -> str | None:
    """Return the first font file of the system that has all the letters."""
    return next((path for path in _system_fonts() if letters <= _letters_of(path)), None)


@cache
def _system_fonts() -> tuple[str, ...]:
    from matplotlib.font_manager import findSystemFonts

    found = sorted(p for p in findSystemFonts() if p.lower().endswith(('.ttf', '.otf', '.ttc')))
    found.sort(key=lambda p: not any(name in Path(p).name for name in PREFERRED))
    return _default_font(), *found


@cache
def _letters_of(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (RuntimeError, OSError):  # no font, or a damaged one
        return frozenset()
