"""Broken submissions, one defect each: what is changed, and the only thing that the checker finds.

Each starts from the project's own seven files, with the files of a right style laid over them (see
submissions/right). A change of text must find its place exactly once.
"""

from support.broken.file_rules import DOCSTRINGS, FILES, NAMES, SIGNATURES, STYLES, SYNTAX
from support.broken.first_tasks import BEHAVIOURS_0, BEHAVIOURS_1, BEHAVIOURS_2
from support.broken.later_tasks import BEHAVIOURS_3, BEHAVIOURS_4, BEHAVIOURS_5
from support.broken.loop_rules import LOOPS
from support.broken.pooling import BEHAVIOURS_6

RULES = (*FILES, *DOCSTRINGS, *NAMES, *SIGNATURES, *LOOPS, *SYNTAX, *STYLES)
BEHAVIOURS = (
    *BEHAVIOURS_0,
    *BEHAVIOURS_1,
    *BEHAVIOURS_2,
    *BEHAVIOURS_3,
    *BEHAVIOURS_4,
    *BEHAVIOURS_5,
    *BEHAVIOURS_6,
)
