"""The compiled kernels of this package, loaded by ctypes.

They are plain C without headers of Python or PyTorch, so one build serves every version of both.
``pip install`` builds them where there is a C compiler; without one, their callers use PyTorch's
operators and compute the same.
"""

import ctypes
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import torch

NAME = '_compiled'


class Rows(ctypes.Structure):
    """``rows`` of rows.h: where a matrix lies, and how many floats after each row the next."""

    _fields_ = (('data', ctypes.c_void_p), ('stride', ctypes.c_long))


_LONG, _INT, _FLOAT, _DOUBLE = ctypes.c_long, ctypes.c_int, ctypes.c_float, ctypes.c_double
_FLOATS = ctypes.c_void_p
_SIGNATURES = {
    'transpose': (_FLOATS, _LONG, _LONG, _FLOATS),
    'norm_scratch': (_LONG, _LONG),
    'norm_statistics': (
        Rows, _LONG, _LONG, _FLOATS, _FLOATS, _DOUBLE, _DOUBLE, _FLOATS, _FLOATS, Rows, _FLOATS,
    ),
    'norm_apply': (Rows, Rows, Rows, _LONG, _LONG, _FLOAT),
    'norm_add_relu': (Rows, Rows, Rows, Rows, _LONG, _LONG),
    'norm_relu_carry': (Rows, Rows, Rows, Rows, Rows, Rows, _LONG, _LONG),
    'norm_gradient_sums': (Rows, Rows, Rows, Rows, Rows, Rows, _LONG, _LONG, _INT, Rows, _FLOATS),
    'norm_gradient_held': (
        Rows, Rows, Rows, Rows, Rows, Rows, Rows, _LONG, _LONG, Rows, _FLOATS,
    ),
    'norm_gradient': (Rows, Rows, Rows, Rows, Rows, Rows, _LONG, _LONG, _INT),
}  # fmt: skip
_AVX2_SIGNATURES = {
    'conv3x3_weight_gradient_scratch': (*[_LONG] * 9,),
    'conv3x3_weight_gradient': (_FLOATS, _FLOATS, *[_LONG] * 9, _FLOATS, _FLOATS),
    'rows_times_matrix_scratch': (_LONG, _LONG, _LONG),
    'rows_times_matrix': (_FLOATS, _LONG, _FLOATS, *[_LONG] * 5, _FLOATS, _LONG, _INT, _FLOATS),
    'rows_transposed_times_rows_scratch': (_LONG, _LONG, _LONG),
    'rows_transposed_times_rows': (_FLOATS, _LONG, _FLOATS, *[_LONG] * 4, _FLOATS, _FLOATS),
}
MOST_THREADS = 8  # the kernels for AVX2 split their work among no more


@cache
def _load() -> ctypes.CDLL | None:
    """Load the library and declare the signatures of its functions; None where it was not built."""
    # The suffix of one Python only comes last: such a file is of an earlier version of the package.
    files = [Path(__file__).with_name(NAME + suffix) for suffix in reversed(EXTENSION_SUFFIXES)]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        return None
    loaded = ctypes.CDLL(str(file))
    wide = torch.backends.cpu.get_cpu_capability() == 'AVX512' and loaded.has_avx512()
    for name, arguments in {**_SIGNATURES, **_AVX2_SIGNATURES}.items():
        if name in _SIGNATURES or loaded.has_avx2():
            of_avx512 = wide and name in _AVX2_SIGNATURES
            function = getattr(loaded, f'{name}_avx512' if of_avx512 else name)
            function.argtypes = arguments
            function.restype = _LONG if name.endswith('_scratch') else None
            setattr(loaded, name, function)
    return loaded


def are_built() -> bool:
    """Return whether the kernels were compiled with the package."""
    return _load() is not None


def library() -> ctypes.CDLL:
    """Return the compiled kernels, only where :func:`are_built`."""
    loaded = _load()
    assert loaded is not None
    return loaded


def avx2_kernels() -> ctypes.CDLL | None:
    """Return the library where its kernels for AVX2 or AVX-512 run, else None."""
    return library() if _has_avx2() and torch.get_num_threads() <= MOST_THREADS else None


@cache
def _has_avx2() -> bool:
    capability = torch.backends.cpu.get_cpu_capability()  # ATEN_CPU_CAPABILITY may lower it
    return capability in ('AVX2', 'AVX512') and are_built() and bool(library().has_avx2())
