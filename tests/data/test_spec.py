"""Declarations that are wrong: each names the file, the table or column, the key and the fix."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.data.spec_reader import ROOT, load
from autograder.errors import DataError, UsageError

COUNTRY = "values = { KR = 55, US = 18, JP = 14, DE = 7, FR = 6 }"
PRICE = '[columns.price_krw]\ntype = "int32"'
HOURS = "pos =     [0, 0, 0,"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "games", tmp_path / "games")
    return tmp_path


def replace(root: Path, name: str, old: str, new: str) -> None:
    path = root / "games" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_declared_dataset_is_sound() -> None:
    dataset = load("games")
    assert dataset.licence == "CC0-1.0"
    for table in dataset.tables:
        texts = [table.about, *(column.about for column in table.columns)]
        assert all(text.ko.strip() and text.en.strip() for text in texts)


# file, what is replaced, by what, and what the one line must say.
WRONG = [
    ("users", 'type = "int32"', 'type = "int23"', ["column user_id", "int23", "int32"]),
    ("users", "rate = 0.08", "rate = 1.08", ["column birth_year", "'rate'", "1.08", "0 to 1"]),
    ("users", "rate = 0.08", "rate = -0.1", ["'rate'", "-0.1", "0 to 1"]),
    ("users", "rate = 0.08", "rate = nan", ["'rate'", "nan", "0 to 1"]),
    ("users", "rate = 0.08", 'rate = "8 %"', ["'rate'", "8 %", "0 to 1"]),
    ("users", "rate = 0.08", "rate = true", ["'rate'", "True", "0 to 1"]),
    ("users", "rate = 0.08", "rat = 0.08", ["column birth_year", "'rate' is missing"]),
    ("users", "nulls = {", "null = {", ["column birth_year", "'null'", "'nulls'"]),
    ("users", "per_scale = 50000", "per_scal = 50000", ["rows", "'per_scal'", "'per_scale'"]),
    ("users", "per_scale = 50000", 'per_scale = "x"', ["rows", "'per_scale'", "whole number"]),
    ("users", "rows = { per_scale = 50000, min = 50 }", "", ["rows, grid, each, dialect"]),
    ("users", 'key = ["user_id"]', 'key = ["user"]', ["users.toml", "'user'", "'user_id'"]),
    ("users", 'key = ["user_id"]', "key = []", ["'key'", "list"]),
    ("users", 'name = "users"', 'name = "user"', ["'user'", "'users'"]),
    ("users", 'kind = "serial"', 'kind = "seriel"', ["user_id", "'seriel'", "'serial'"]),
    ("users", 'kind = "choice", ', 'kind = "choice", x = 1, ', ["column country", "'x'"]),
    ("users", COUNTRY, "values = {}", ["country", "'values'", "empty"]),
    ("users", COUNTRY, "values = { KR = 0 }", ["country", "weight"]),
    ("users", COUNTRY, "values = { KR = -1 }", ["country", "'KR'", "-1"]),
    ("users", COUNTRY, "values = { KR = 1, DK = 1 }", ["purchases.toml", "currency"]),
    ("users", "low = 1966", "low = 2012", ["birth_year", "low <= high"]),
    ("users", "high = 2011", "high = 40000", ["birth_year", "40000", "wider"]),
    ("users", "first = 2021-01-04", "first = 2026-01-04", ["joined", "'last'", "Swap"]),
    ("users", "first = 2021-01-04", 'first = "2021"', ["joined", "'first'", "day"]),
    ("users", "{ko_mood}{ko_animal}{number}", "{ko_moods}", ["nickname", "ko_moods", "ko_mood"]),
    ("users", "{ko_mood}{ko_animal}{number}", "{ko_mood", ["nickname", "brace"]),
    ("users", 'type = "date"', 'type = "string"', ["joined", "string", "date"]),
    ("games", '"도토리 랩" = 5', "1 = 5", None),
    (
        "games",
        'type = "int32"\nabout = { ko = "정가',
        'type = "int8"\nabout = { ko = "정가',
        ["fit"],
    ),
    ("purchases", 'to = "users.user_id"', 'to = "user.user_id"', ["'user'", "'users'"]),
    ("purchases", 'to = "users.user_id"', 'to = "users.id"', ["users", "'id'"]),
    ("purchases", 'to = "users.user_id"', 'to = "users.joined"', ["user_id", "serial"]),
    ("purchases", 'to = "users.user_id"', 'to = "users"', ["'to'", "table.column"]),
    ("purchases", 'skew = "zipf"', 'skew = "zip"', ["game_id", "'zip'", "zipf"]),
    ("purchases", 'when = { channel = "pos" }', 'when = { channel = "po" }', ["'po'", "'pos'"]),
    ("purchases", 'when = { channel = "pos" }', 'when = { chanel = "pos" }', ["'chanel'"]),
    ("purchases", "USD = 1350, ", "", ["amount", "won_per_unit", "'USD'"]),
    ("purchases", "USD = 1350", "USD = 0", ["amount", "'USD'", "0"]),
    ("purchases", HOURS, "pos =     [0, 0,", ["purchased_at", "'pos'", "24"]),
    ("purchases", HOURS, "pop =     [0, 0, 0,", ["purchased_at", "hours", "'pos'"]),
    ("purchases", "2026-01-01 = 140", '"2026-13-01" = 140', ["purchased_at", "2026-13-01"]),
    ("purchases", 'by = "channel"', 'by = "currency"', ["purchased_at", "hours"]),
    ("purchases", 'by = "channel"', 'by = "user_id"', ["purchased_at", "user_id"]),
    ("purchases", 'type = "timestamp"', 'type = "time"', ["purchased_at", "time", "timestamp"]),
    ("purchases_pos", "duplicate = 0.03", "duplicate = 3", ["dirt", "'duplicate'", "0 to 1"]),
    ("purchases_pos", "duplicate = 0.03", "duplicates = 0.03", ["purchases_pos", "duplicate,"]),
    ("purchases_pos", 'dialect = "pos"', 'dialect = "po"', ["'po'", "'pos'"]),
    ("purchases_pos", 'of = "purchases"', 'of = "sales"', ["'sales'"]),
    ("purchases_pos", 'of = "purchases"', 'of = "users"', ["purchases_pos", "users"]),
    ("purchases_pos", "[columns.sku]", "[columns.skus]", ["purchases_pos", "sku string"]),
    ("purchases_pos", 'where = { channel = "pos" }', "where = {}", ["'where'", "empty"]),
    ("exchange_rates", "USD = 14452500, ", "", ["krw_per_unit", "'USD'"]),
    ("exchange_rates", 'each = ["USD", ', 'each = ["USD", "USD", ', ["'each'", "twice"]),
    ("tags", 'of = "games.game_id"', 'of = "game.game_id"', ["tags.toml", "each", "'games'"]),
    ("tags", 'of = "games.game_id"', 'of = "games.id"', ["tags.toml", "each", "'id'"]),
    ("tags", 'of = "games.game_id"', 'of = "games.genre"', ["each", "no serial"]),
    ("tags", "1 = 1, 2 = 4", "one = 1, 2 = 4", ["each", "'count'", "{ 1 = 3, 2 = 7 }"]),
    ("tags", "count = { 1 = 1, 2 = 4, 3 = 8, 4 = 5, 5 = 2 }", "count = { 0 = 3 }", ["counts noth"]),
    ("tags", "5 = 2 }", "99999 = 2 }", ["each", "too large"]),
    ("tags", "5 = 2 }", "5 = 99999 }", ["each", "too large"]),
    ("tags", "5 = 2 }", "20 = 2 }", ["column tag", "'RPG'", "20"]),
    ("tags", 'by = "game_id.genre"', 'by = "game_id.title"', ["column tag", "no list of values"]),
    ("tags", 'by = "game_id.genre"', 'by = "game.genre"', ["column tag", "'game'", "'game_id'"]),
    ("tags", 'by = "game_id.genre"', 'by = "tag.genre"', ["column tag", "refers to no other"]),
    ("tags", "RPG = {", "RPGs = {", ["column tag", "values lacks 'RPG'"]),
    ("tags", 'kind = "parent"', 'kind = "serial", start = 1', ["column tag", "no other table"]),
    ("users", 'kind = "serial", start = 1', 'kind = "parent"', ["user_id", "no parents"]),
    ("play_sessions", 'of = "started_at"', 'of = "minutes"', ["partition", "'minutes'"]),
    ("play_sessions", 'by = "month"', 'by = "moon"', ["'moon'", "month"]),
    ("play_sessions", '"Asia/Tokyo" = { offset_h = 9 }\n', "", ["started_at", "zones", "Tokyo"]),
    ("play_sessions", "offset_h = -5", "offset_h = -50", ["New_York", "-50", "-12 to 14"]),
    ("play_sessions", "summer_from", "summer", ["New_York", "'summer'", "'summer_"]),
    ("play_sessions", 'zone = "zone"', 'zone = "zones"', ["started_at", "'zones'", "'zone'"]),
    ("play_sessions", "{ 0 = 1, 100 = 9,", "{ 0 = 1, 100 = 90,", ["minutes", "'pc'", "rising"]),
    ("play_sessions", "{ 0 = 1, 100 = 9,", "{ 1 = 1, 100 = 9,", ["minutes", "'pc'", "0 to 1000"]),
    ("play_sessions", "995 = 480, 1000 = 900", "995 = 480, 1000 = 90000", ["90000", "wider"]),
    ("play_sessions", 'fixed_for = "user_id"', 'fixed_for = "device"', ["zone", "'device'"]),
    ("play_sessions", "KR = { ", "KP = { ", ["column zone", "values lacks 'KR'"]),
    ("play_sessions", 'user = "user_id"', 'user = "device"', ["game_id", "no other table"]),
    ("play_sessions", 'group = "genre"', 'group = "price_krw"', ["game_id", "no list of values"]),
    ("play_sessions", "percent = 45", "percent = 145", ["game_id", "145", "0 to 100"]),
    ("play_sessions", "purchases.game_id", "purchases.user_id", ["game_id", "no zipf of games"]),
    ("play_sessions", "friendships.user_a", "friendships.since", ["kind friend"]),
    ("play_sessions", "last = 2026-03-31", "last = 9999-12-31", ["started_at", "too long"]),
    (
        "play_sessions",
        "first = 2026-01-01          # days in UTC, and so are the months\nlast = 2026-03-31\nwee"
        "kday = [84, 80, 82, 86, 108, 150, 142]",
        "first = 2026-01-01\nlast = 2026-01-02\nweekday = [1, 0, 0, 0, 0, 0, 0]",
        ["started_at", "no day has any weight"],
    ),
    ("reviews", '"재밌" =', '"" =', ["column text", "typos", "empty"]),
    ("reviews", "blank = 0.012", "blank = 1.2", ["column text", "noise", "1.2", "0 to 1"]),
    ("reviews", "blank = 0.012", "", ["column text", "noise", "'blank' is missing"]),
    ("reviews", "blank = 0.012", "blank = 0.012\nblink = 0.1", ["column text", "'blink'"]),
    ("reviews", "good = [4, 5]", "good = [4]", ["column text", "moods", "stars"]),
    ("reviews", "good = [4, 5]", 'good = ["4"]', ["column text", "'good'", "[4, 5]"]),
    ("reviews", "good = [4, 5]", "good = [4, 5, 3]", ["column text", "moods", "stars"]),
    ("reviews", '"{ko_so_so}" = 16', '"{ko_soso}" = 16', ["column text", "ko_soso", "ko_so_so"]),
    ("reviews", '"{game_id.title} {ko_p', '"{game_id.name} {ko_p', ["column text", "'name'"]),
    ("reviews", '"{game_id.title} {ko_p', '"{game_id.price_krw} {ko_p', ["column text", "int32"]),
    ("reviews", '"{game_id.title} {ko_p', '"{stars} {ko_p', ["column text", "'stars' is a int8"]),
    ("reviews", "patterns.en.good]", "patterns.eng.good]", ["column text", "patterns"]),
    ("reviews", 'ko_good = "laugh_ko"', 'ko_good = "laughs_ko"', ["tails.laugh", "laughs_ko"]),
    ("reviews", 'ko_good = "laugh_ko", ', "", ["tails.laugh", "'ko_good'"]),
    ("reviews", "laugh_ko = [", "text = [", ["reviews.toml", "'text'", "twice"]),
    ("reviews", "laugh_ko = [", "ko_noun = [", ["reviews.toml", "'ko_noun'", "twice"]),
    ("reviews", 'of = "game_id"', 'of = "stars"', ["column stars", "'stars'"]),
    ("reviews", "share = 18", "share = 0", ["column stars", "gem", "'share'"]),
    ("friendships", 'of = "user_a"', 'of = "since"', ["user_b", "kind friend"]),
    ("friendships", "near_percent = 75", "near_percent = 750", ["user_a", "750"]),
    ("friendships", "150 = 1 }", "5000 = 1 }", ["user_a", "too many friends"]),
    ("friendships", '"user_a.joined"', '"user_a.country"', ["since", "string", "date"]),
    ("parties", "friendships.user_a", "friendships.user_b", ["host_id", "kind friend"]),
    ("party_members", 'host = "host_id"', 'host = "game_id"', ["user_id", "nobody with friends"]),
    ("party_members", 'host = "host_id"', 'host = "host"', ["user_id", "'host'", "'host_id'"]),
    ("party_members", "strangers = 0.1", "strangers = 10", ["user_id", "'strangers'", "0 to 1"]),
    ("job_postings", 'type = "list<string>"', 'type = "string"', ["skills", "list<string>"]),
    ("job_postings", "SQL = [84, 90]", "SQL = [84, 190]", ["skills", "'SQL'", "100 percent"]),
    ("job_postings", "SQL = [84, 90]", "SQL = [84]", ["skills", "'SQL'", "2 whole numbers"]),
    ("job_postings", 'Tableau = ["', 'Tablo = ["', ["skills", "spellings", "'Tablo'"]),
    ("job_postings", "messy = 0.07", "messy = 7", ["skills", "'messy'", "0 to 1"]),
    ("job_postings", 'over = "year"', 'over = "company"', ["column", "'company' is a string"]),
    ("job_postings", '"ML Engineer" = [11, 16]', '"ML" = [11, 16]', ["skills", "percent"]),
    ("job_postings", 'like = "salary_min"', 'like = "year"', ["salary_max", "'year'"]),
    ("job_postings", "per = { salary_min = 1 }", "per = { role = 1 }", ["salary_max", "'role'"]),
    ("job_postings", "above = { year", "above = { years", ["salary_min", "'years'"]),
    ("dataset", "format_version = 1", "format_version = 2", ["format_version is 2"]),
    ("dataset", 'id = "games"', 'id = "game"', ["'game'", "'games'"]),
    ("dataset", '"users", ', '"users", "members", ', ["members.toml", "missing"]),
    ("dataset", '"users", ', '"users", "../users", ', ["'../users'", "lower-case"]),
    ("dataset", 'ko_tail = ["온라인"', 'ko_tail = [""', ["words", "'ko_tail'"]),
    ("dataset", "[words]", "[words", ["dataset.toml", "not TOML", "line"]),
    ("dataset", 'licence = "CC0-1.0"', "", ["dataset.toml", "'licence' is missing"]),
]


@pytest.mark.parametrize(("name", "old", "new", "says"), WRONG)
def test_a_wrong_declaration_says_what_and_where(
    root: Path, name: str, old: str, new: str, says: list[str] | None
) -> None:
    replace(root, name, old, new)
    if says is None:
        load("games", root)  # odd, but right
        return
    with pytest.raises(DataError) as caught:
        load("games", root)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("datasets/games")
    assert caught.value.fix
    assert [part for part in says if part not in line] == [], line


def test_tables_that_refer_to_each_other_in_a_circle(root: Path) -> None:
    refer = 'draw = { kind = "reference", to = "purchases.purchase_id", skew = "even" }'
    column = f'[columns.favourite]\ntype = "int32"\nabout = {{ ko = "x", en = "x" }}\n{refer}\n'
    replace(root, "users", "[columns.nickname]", f"{column}[columns.nickname]")
    with pytest.raises(DataError, match=r"circle: users -> purchases -> users"):
        load("games", root)


def test_columns_that_are_drawn_from_each_other_in_a_circle(root: Path) -> None:
    nulls = 'nulls = { rate = 0.1, when = { currency = "KRW" } }\n\n[columns.game_id]'
    replace(root, "purchases", 'nulls = { rate = 0.3, when = { channel = "pos" } }\n', "")
    replace(root, "purchases", "[columns.game_id]", nulls)
    with pytest.raises(DataError, match=r"circle: user_id -> currency -> user_id"):
        load("games", root)


def _not_utf8(path: Path) -> None:
    path.write_bytes("name = '게임'".encode("cp949"))


def _huge(path: Path) -> None:
    path.write_bytes(b"#" * (2 << 20))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _deep(path: Path) -> None:
    path.write_text("a = " + "[" * 50_000)


@pytest.mark.parametrize("harm", [_not_utf8, _huge, _folder, _deep, Path.unlink])
def test_a_file_that_is_no_declaration(root: Path, harm: Callable[[Path], None]) -> None:
    harm(root / "games" / "users.toml")
    with pytest.raises(DataError, match=r"^datasets/games/users\.toml: ") as caught:
        load("games", root)
    assert "\n" not in str(caught.value)


def test_no_such_dataset_names_those_there_are(root: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'games'"):
        load("game", root)


def test_a_changed_declaration_has_another_hash(root: Path) -> None:
    before = load("games", root).sha256
    assert before == load("games").sha256
    replace(root, "users", "rate = 0.08", "rate = 0.09")
    assert load("games", root).sha256 != before
