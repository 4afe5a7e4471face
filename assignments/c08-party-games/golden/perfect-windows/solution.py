import sqlite3
from contextlib import closing

COLUMNS = {
    "parties": ["party_id"],
    "members": ["party_id", "user_id"],
    "purchases": ["user_id", "game_id"],
    "sessions": ["user_id", "game_id", "minutes"],
}

QUERY = """
WITH owned AS (
    SELECT DISTINCT m.party_id, m.user_id, p.game_id
    FROM members AS m JOIN purchases AS p ON p.user_id = m.user_id
),
people AS (
    SELECT party_id, count(*) AS n FROM members GROUP BY party_id
),
shared AS (
    SELECT o.party_id, o.game_id
    FROM owned AS o JOIN people ON people.party_id = o.party_id
    GROUP BY o.party_id, o.game_id
    HAVING count(*) = max(people.n)
),
minutes AS (
    SELECT s.party_id, s.game_id, coalesce(sum(played.minutes), 0) AS minutes
    FROM shared AS s
    JOIN members AS m ON m.party_id = s.party_id
    LEFT JOIN sessions AS played ON played.user_id = m.user_id AND played.game_id = s.game_id
    GROUP BY s.party_id, s.game_id
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY party_id ORDER BY minutes DESC, game_id) AS rank
    FROM minutes
)
SELECT parties.party_id, game_id, minutes
FROM parties LEFT JOIN ranked ON ranked.party_id = parties.party_id AND rank = 1
ORDER BY parties.party_id
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
