"""Settings of the instructors' course: nbgrader reads them when it is started in this folder.

``source/`` holds the exercises with solutions; nbgrader makes the other folders and ``gradebook.db`` beside it.
"""

from pathlib import Path

from dlcourse.grading.autograde import AUTOGRADE, FEEDBACK, SANITIZE
from dlcourse.grading.late import ByTable
from dlcourse.grading.release import CODE_STUB, PREPROCESSORS, TEXT_STUB

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(Path(__file__).parent)

# Where assignments are handed out and collected; on a server for many, a folder that all of them reach.
c.Exchange.root = str(Path(__file__).parent / "exchange")

# What a release leaves in the place of a solution, and what it takes out besides.
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB
c.GenerateAssignment.preprocessors = PREPROCESSORS
c.GenerateAssignment.force = True

# Answers are not graded in the process that runs them: see INSTRUCTORS.md.
c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = AUTOGRADE
c.AssignLatePenalties.plugin_class = ByTable
c.GenerateFeedback.preprocessors = FEEDBACK

# What one submission may use: seconds for a cell, for judging an exercise, and in all; bytes of memory.
c.JudgeAnswers.cell_seconds = 60
c.JudgeAnswers.exercise_seconds = 20
c.JudgeAnswers.submission_seconds = 600
c.JudgeAnswers.memory = 2 * 1024**3

# Whether there are points for the parts of a wrong answer: for each of several functions, for each key of a dict.
c.JudgeAnswers.partial = False
