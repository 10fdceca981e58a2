"""What is measured against the peers: ``python -m benchmarks``, in the project's folder.

Every ratio comes from one run on one thread, by CPU time, with all sides taking turns. The caps on
threads stand here because the libraries read them once, when NumPy is first imported. So does the removal of
what would make NumPy take the processor for an older one: PyTorch sees the true one.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)
