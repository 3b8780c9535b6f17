"""Load the kernels of an installed wheel, where there is no torch to import the package with."""

import ctypes
import sysconfig
from pathlib import Path

(file,) = Path(sysconfig.get_path('platlib'), 'res2net_mm').rglob('_compiled*.so')
print(file.name, 'loads, AVX2:', bool(ctypes.CDLL(str(file)).has_avx2()))
