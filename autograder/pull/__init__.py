"""The pull-request loop: an event comes in, work is graded, the pull request is answered.

    event.py       what GitHub's payload says, read as hostile input
    scope.py       whose work this is and what may be graded: pure rules
    changes.py     the pull request's files, fetched as blobs within caps; nothing is checked out
    grading.py     `pr grade`: event → reports, in a folder for the next job (no secrets here)
    touched.py     one assignment of them: fetched, graded, rendered
    arrival.py     when a commit arrived: grading again never makes work late
    cells.py       the line at which each cell of a notebook begins
    rendering.py   the executed notebook as a harmless page, made by page.py in a child process
    summary.py     what the job's own page says
    handover.py    that folder: what the job that grades hands to the job that publishes
    publishing.py  `pr publish`: ledger record, comment, check run, labels, in an order that can
                   be killed at any step and run again
    commands.py    `/hint`, `/appeal` and `/regrade`

Two jobs with two sets of rights: the one that runs members' work can only read, and the one that
writes never sees members' files, only reports that it has validated.
"""
