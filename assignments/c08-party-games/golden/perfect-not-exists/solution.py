import sqlite3
from contextlib import closing

COLUMNS = {
    "parties": ["party_id"],
    "members": ["party_id", "user_id"],
    "purchases": ["user_id", "game_id"],
    "sessions": ["user_id", "game_id", "minutes"],
}

QUERY = """
WITH candidates AS (
    SELECT DISTINCT m.party_id, p.game_id
    FROM members AS m JOIN purchases AS p ON p.user_id = m.user_id
    WHERE NOT EXISTS (
        SELECT 1 FROM members AS mate
        WHERE mate.party_id = m.party_id AND NOT EXISTS (
            SELECT 1 FROM purchases AS own
            WHERE own.user_id = mate.user_id AND own.game_id = p.game_id
        )
    )
),
scored AS (
    SELECT party_id, game_id, (
        SELECT coalesce(sum(minutes), 0) FROM sessions AS s
        WHERE s.game_id = candidates.game_id AND s.user_id IN (
            SELECT user_id FROM members AS m WHERE m.party_id = candidates.party_id
        )
    ) AS minutes
    FROM candidates
)
SELECT
    party_id,
    (SELECT game_id FROM scored AS s WHERE s.party_id = parties.party_id
     ORDER BY minutes DESC, game_id LIMIT 1),
    (SELECT max(minutes) FROM scored AS s WHERE s.party_id = parties.party_id)
FROM parties
ORDER BY party_id
"""


def solution(tables):
    return run(tables, QUERY)


def run(tables: dict[str, list[dict]], query: str) -> list[list]:
    """표들을 메모리에 있는 SQLite에 싣고 질의의 결과를 돌려줘요. 고칠 필요 없어요.

    Load the tables into SQLite in memory and return what the query finds. Leave this as it is.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        for table, columns in COLUMNS.items():
            database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            places = ", ".join(f":{column}" for column in columns)
            database.executemany(f"INSERT INTO {table} VALUES ({places})", tables[table])
        return [list(row) for row in database.execute(query)]
