"""Which engines each operation has. To add one: a module beside `numpy`, and an entry here.

`convolution` has those of convolution and of its transpose, `pooling` and `gradients` the others;
the first of each operation is the fallback, which takes every dtype, rank and argument.
May import all engines, and what they cost.
"""
