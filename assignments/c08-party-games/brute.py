"""Slow and plain: asks every member of every party about every game, without SQL."""


def solution(tables: dict[str, list[dict]]) -> list[list]:
    """Return [party_id, game_id, minutes] for each party, by party_id."""
    games = {row["game_id"] for row in tables["purchases"]}
    owns = {(row["user_id"], row["game_id"]) for row in tables["purchases"]}
    found = []
    for party in sorted(row["party_id"] for row in tables["parties"]):
        people = [row["user_id"] for row in tables["members"] if row["party_id"] == party]
        best = [party, None, None]
        for game in sorted(games):
            if not people or not all((person, game) in owns for person in people):
                continue
            minutes = sum(
                row["minutes"]
                for row in tables["sessions"]
                if row["user_id"] in people and row["game_id"] == game
            )
            if best[2] is None or minutes > best[2]:
                best = [party, game, minutes]
        found.append(best)
    return found
