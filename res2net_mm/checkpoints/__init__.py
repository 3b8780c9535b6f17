"""Read, recognise, check, load and convert the checkpoints of every Res2Net publisher."""

from .converting import WRITABLE, ConversionReport, convert_checkpoint
from .dialects import DIALECTS
from .loading import LoadReport, accept_dialects, load_weights, partial_loading
from .reading import read_checkpoint
from .sources import open_checkpoint

__all__ = [
    'DIALECTS',
    'WRITABLE',
    'ConversionReport',
    'LoadReport',
    'accept_dialects',
    'convert_checkpoint',
    'load_weights',
    'open_checkpoint',
    'partial_loading',
    'read_checkpoint',
]
