"""Which kind of error costs how much AP, by object size.

The kinds are those of TIDE (Bolya et al., ECCV 2020, arXiv 2008.08115): every detection that finds
no object is of one kind, by its overlap with the objects of its image, and an object that no
detection could be mended to find is missed. A kind costs the AP that would be gained if its errors
were mended.
"""

from res2net_mm.evaluation.detection.errors.error_costs import SPECIAL, ErrorCosts
from res2net_mm.evaluation.detection.errors.error_kinds import KINDS, Errors, find_errors
from res2net_mm.evaluation.detection.errors.error_result import (
    ErrorResult,
    error_result,
    error_table,
    worst_kind,
)

__all__ = [
    'KINDS',
    'SPECIAL',
    'ErrorCosts',
    'ErrorResult',
    'Errors',
    'error_result',
    'error_table',
    'find_errors',
    'worst_kind',
]
