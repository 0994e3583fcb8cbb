"""What is printed and saved of the verdicts: text, JSON, CSV and one HTML page.

May import judge, tasks, verdicts and system.
"""
