"""Data on the disk: files of arrays, the published data sets and their downloads, and where the course lies.

Everything the course keeps on disk (digits, weights) passes through here. Two promises:

* A file is never left half written. What is interrupted leaves the old file as it was.
* A damaged file gives one readable error that names it. It never gives wrong numbers.

Nothing is pickled: a pickle runs code when it is opened, and a file of numbers has no need to.
"""

from dlcourse.storage.files import atomic_file, damaged, read_file
from dlcourse.storage.idx import parse_idx
from dlcourse.storage.npz import read_npz, write_npz

__all__ = ["atomic_file", "damaged", "parse_idx", "read_file", "read_npz", "write_npz"]
