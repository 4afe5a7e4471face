"""A GitHub of our own on loopback: a real HTTP server that keeps state, for tests and the demo.

    gitstore.py   git's objects under their real names, shared by forks
    diffs.py      how two trees differ, renames, merges
    state.py      users, repositories, pull requests, issues, … : plain data
    rules.py      what GitHub does to branches and pull requests; no HTTP
    talk.py       what it does to issues, comments, reactions and labels; no HTTP
    refusal.py    what it refuses, and in which words
    access.py     tokens, who may do what
    shapes.py, shapes_work.py, links.py   the JSON that GitHub makes of it all
    routes.py     the table of endpoints, and what each gets and gives
    views/        the endpoints
    contract.py   every request body and answer against GitHub's published schema
    faults.py     what can be told to go wrong
    payloads.py   the events that GitHub Actions would be started with
    setting.py, acting.py   what tests and the demo call: the scene, and what people do
    wire.py       between bytes and what they mean
    server.py     the server, and `StandIn`, which is all of it together

Nothing of the project imports it but the command line, the demo and tests; it must not know what
the project wants of GitHub, only what GitHub does.
"""

from autograder.standin.contract import ContractBroken
from autograder.standin.server import StandIn

__all__ = ["ContractBroken", "StandIn"]
