"""파티에 추천할 게임 · A game for each party. 문제는 statement.ko.md에 있어요."""

import sqlite3
from contextlib import closing

COLUMNS = {
    "parties": ["party_id"],
    "members": ["party_id", "user_id"],
    "purchases": ["user_id", "game_id"],
    "sessions": ["user_id", "game_id", "minutes"],
}

# TODO: 여기에 SQL을 써 주세요. 먼저 "모두가 가진 게임"만 찾는 질의부터 해 보면 어때요?
QUERY = """
"""


def solution(tables: dict[str, list[dict]]) -> list[list]:
    """파티마다 [party_id, game_id, minutes]를 party_id 순서로 돌려주세요.

    Return [party_id, game_id, minutes] for each party, by party_id.
    """
    if not QUERY.strip():
        raise NotImplementedError
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
