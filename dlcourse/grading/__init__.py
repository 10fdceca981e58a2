"""The instructors' side of the exercises: their sources, the learners' copies, and grading.

This is the only part of dlcourse that uses nbgrader: ``pip install 'dlcourse[instructors]'``.
"""
