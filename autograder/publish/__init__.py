"""Publish: reports on their way to people. It consumes reports only, and never grades.

    page.py        what a comment is made from: frozen values, and what they say of progress
    comment.py     that comment's text
    progress.py    attempts in words
    sticky.py      a comment that exists once and is changed in place
    check_run.py   a check run for each assignment, with annotations on the notebook's cells
    labels.py      labels on the pull request
    again.py       how something is made exactly once, although answers get lost

GitHub's objects are handed in; one channel failing neither alters nor hides the report.
"""
