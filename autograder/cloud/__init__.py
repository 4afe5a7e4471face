"""The cohort's cloud account: who may do what with the shared data, and what it costs.

    setting.py    the names that everything is made from, proven before they reach a policy
    statements.py the policies of members, roles and the bucket, as plain dicts; no I/O
    documents.py  those policies as files for the `aws` command
    terraform.py  the same as one Terraform file, and `terraform validate`
    aws.py        the way to AWS: one client, and its faults in one line
    check.py      what a key can and cannot do, found out by trying
    explorer.py   what was spent, by day and service
    forecast.py   what the month will cost, and when to warn; no I/O
    chart.py      the same as a picture
    wording.py    the warning that goes to Discord

It must not know how data are made or graded.
"""
