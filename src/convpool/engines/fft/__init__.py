"""Convolution by way of Fourier transforms, for very large kernels.

May import the other engines and windows.
"""
