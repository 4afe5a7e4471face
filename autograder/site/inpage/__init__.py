"""Python that runs in a reader's browser, in Pyodide, beside the reader's own.

It carries the grader's comparing and wording there, so that a page says what a report will say.
Only the standard library and the modules that `autograder.site.widgets.archive` names exist there.
"""
