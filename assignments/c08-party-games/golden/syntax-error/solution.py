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
    SELECT DISTINCT user_id, game_id FROM purchases
),
sizes AS (
    SELECT party_id, count(*) AS people FROM members GROUP BY party_id
),
shared AS (
    SELECT party_id, game_id
    FROM members JOIN owned USING (user_id) JOIN sizes USING (party_id)
    GROUP BY party_id, game_id, people
    HAVING count(*) = people
),
played AS (
    SELECT party_id, game_id, sum(minutes) AS minutes
    FROM members JOIN sessions USING (user_id)
    GROUP BY party_id, game_id
),
ranked AS (
    SELECT party_id, game_id, coalesce(minutes, 0) AS minutes, row_number() OVER (
        PARTITION BY party_id ORDER BY coalesce(minutes, 0) DESC, game_id
    ) AS place
    FROM shared LEFT JOIN played USING (party_id, game_id)
)
SELECT parties.party_id, game_id, minutes,
FROM parties LEFT JOIN ranked ON ranked.party_id = parties.party_id AND place = 1
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
