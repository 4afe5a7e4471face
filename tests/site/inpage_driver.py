"""Runs what a page's worker runs, with nothing at hand but the archive and the standard library.

`python -I -S inpage_driver.py FOLDER` reads `[[job, source], …]` and writes what each came to.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])
from autograder.site.inpage import judge


def outcome(job: str, source: str) -> dict[str, object]:
    unfit = json.loads(judge.unfit(source, job))
    if unfit:
        return {"unfit": unfit}
    loaded = json.loads(judge.load(source, job))
    records = []
    if not loaded["load"]:
        for number, group in enumerate(json.loads(job)["groups"]):
            for index in range(len(group["expected"]["cases"])):
                ran = json.loads(judge.run(source, job, number, index))
                records.append([number, index, ran["record"], ran["printed"]])
    told = judge.judge(job, json.dumps({"load": loaded["load"], "records": records}))
    return {**json.loads(told), "printed": loaded["printed"]}


if __name__ == "__main__":
    sys.setrecursionlimit(1000)
    stream = sys.stdout
    asked = json.load(sys.stdin)
    json.dump([outcome(json.dumps(job), source) for job, source in asked], stream)
