"""What several tests use: samples, children, fenced memory, and a judge that shares no code with
the package.
"""
