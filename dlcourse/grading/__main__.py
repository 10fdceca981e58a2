"""``python -m dlcourse.grading release``: write the learners' notebooks of all chapters anew."""

import argparse
import sys
from collections.abc import Sequence

from dlcourse.grading import sources
from dlcourse.grading.release import write_released


def main(argv: Sequence[str]) -> int:
    """Run the command, and give its exit code."""
    parser = argparse.ArgumentParser(prog="python -m dlcourse.grading", description=__doc__)
    parser.add_argument("action", choices=["release"])
    parser.add_argument("chapter", type=int, nargs="*", help="such as 2; all of them if none is given")
    for chapter in parser.parse_args(argv).chapter or sources.chapters():
        print(write_released(chapter))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
