"""Settings of the instructors' course: nbgrader reads them when it is started in this folder.

``source/`` holds the exercises with solutions; nbgrader makes the other folders and ``gradebook.db`` beside it.
"""

from pathlib import Path

from dlcourse.grading.release import CODE_STUB, PREPROCESSORS, TEXT_STUB

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(Path(__file__).parent)

# What a release leaves in the place of a solution, and what it takes out besides.
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB
c.GenerateAssignment.preprocessors = PREPROCESSORS

# A cell that has not ended after this many seconds is stopped; the notebook goes on with the next one.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True
c.ExecutePreprocessor.kernel_name = "python3"
