"""What students read, in their language: English sentences, and a table of others for each.

May import nothing of the package.
"""
