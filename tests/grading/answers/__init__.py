"""Answers whose verdict is known, for every exercise that a check grades.

A chapter's file has three tables, each by the number of the exercise.

``RIGHT``: at least four answers, written differently, that must be accepted.
``WRONG``: at least ten, of at least five classes, that must be rejected: ``(class, answer)``; where the kind of the
hint is not the class itself, ``("class > kind of hint", answer)``; words behind a bar, ``"class | words"``, must stand
in the hint.
``EQUIVALENT``: mutants of the solution that no check can or should reject, each with the reason.

An answer is the text of the cell; or two texts, ``old, new``, for the solution with every ``old`` in it replaced (in
``RIGHT`` a pair, in ``WRONG`` after the class); or one of the two below, for the solution with something around it.
"""

__all__ = ["FLOAT32", "WARNS"]

# The solution in single precision: arrays of float64 arrive as float32.
FLOAT32 = "float32"
# The solution, with a warning, a line on stderr and one on stdout at each call.
WARNS = "warns"
