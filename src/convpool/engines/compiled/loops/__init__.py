"""The compiled loops themselves: Python that `build` translates to machine code, by way of Numba.

The package never imports this folder when it runs: its libraries are built from it beforehand. It
imports the table of forms and the records of engines.compiled.

A form is one loop with some of its words fixed, such as dtypes. A function that takes a form
returns the loop of that form. A loop takes one number: the address of a record (`record.py` beside
this folder), whose fields say where arrays lie and what is to be done. In the loop the record is
called `call`; the first lines of each file say which record that is.

What Numba would compile to too many or too slow instructions is an `@intrinsic`: a function of the
types of its arguments, which returns its signature and `codegen`. The latter emits LLVM code that
stands in place of a call. What runs while code is emitted is Python, and what it emits runs later:
`for k in range(4)` in `codegen` emits its body four times, `cgutils.for_range` emits a loop. An
emitter is an object whose methods emit parts of one such code.
"""
