"""The table of forms: every function of the library, for each instruction set.

Every call is served by forms of this table; `loops` builds them, `library` finds them.
"""

from __future__ import annotations

from convpool.engines.compiled.base_form import Form
from convpool.engines.compiled.forms import CREW_FORMS, convolution_forms
from convpool.engines.compiled.gradient_forms import gradient_forms
from convpool.engines.compiled.instruction_sets import InstructionSet
from convpool.engines.compiled.pooling_forms import pooling_forms


def forms_of(isa: InstructionSet) -> list[Form]:
    """Return all forms of an instruction set."""
    return [
        *convolution_forms(isa),
        *pooling_forms(isa),
        *gradient_forms(isa),
        *CREW_FORMS,
    ]
