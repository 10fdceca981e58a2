"""``python -m dlcourse.grading release``: write the learners' notebooks of all chapters anew."""

import argparse

from dlcourse.grading import sources
from dlcourse.grading.release import write_released

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m dlcourse.grading", description=__doc__)
    parser.add_argument("action", choices=["release"])
    parser.add_argument("chapter", type=int, nargs="*", help="such as 2; all of them if none is given")
    for chapter in parser.parse_args().chapter or sources.chapters():
        print(write_released(chapter))
