"""Runs a member's work in a sandbox and brings its answers out as plain data.

Nothing here knows an expected answer, a test or a score.
"""
