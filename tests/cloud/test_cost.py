"""`pioneers cloud cost`: what Cost Explorer tells, hostile answers, and one warning to Discord."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from moto.ce.models import ce_backends

from autograder.cli import main
from autograder.cloud import aws, chart, explorer
from autograder.cloud.explorer import METRIC, Charge, Spending
from autograder.errors import ConfigError, PioneersError, RemoteError, UsageError
from tests.cloud.conftest import Account
from tests.cloud.iam import ACCOUNT

TODAY = datetime.now(UTC).date()
FIRST = date(2026, 11, 1)


def result(day: date, **services: str) -> dict[str, Any]:
    """A day as Cost Explorer tells it; `S3="1.50"`, or `S3="1.50 EUR"`."""
    groups = []
    for name, amount in services.items():
        number, _, unit = amount.partition(" ")
        groups.append(
            {"Keys": [name], "Metrics": {METRIC: {"Amount": number, "Unit": unit or "USD"}}}
        )
    period = {"Start": f"{day}", "End": f"{day + timedelta(days=1)}"}
    return {"TimePeriod": period, "Total": {}, "Groups": groups, "Estimated": True}


def page(*results: dict[str, Any], following: str = "") -> dict[str, Any]:
    told = {"ResultsByTime": list(results), "DimensionValueAttributes": []}
    return told | ({"NextPageToken": following} if following else {})


Tell = Callable[..., None]


@pytest.fixture
def tell(address: str) -> Tell:
    """What the stand-in's Cost Explorer answers to the next questions, one page each."""
    kept = ce_backends[ACCOUNT]["global"]
    kept.cost_usage_results.clear()
    kept.cost_usage_results_queue.clear()

    def answer(*pages: dict[str, Any]) -> None:
        told = requests.post(
            f"{address}/moto-api/static/ce/cost-and-usage-results",
            json={"results": list(pages)},
            timeout=30,
        )
        assert told.status_code == 201

    return answer


def fetched(days: int = 3) -> Spending:
    return explorer.fetch(FIRST, FIRST + timedelta(days=days - 1))


def test_days_and_services_are_added_exactly(tell: Tell) -> None:
    tell(page(result(FIRST, S3="0.1", EC2="0.2"), result(date(2026, 11, 3), S3="0.1000000001")))
    found = fetched()
    assert found.total == Decimal("0.4000000001")
    assert list(found.by_day().values()) == [Decimal("0.3"), 0, Decimal("0.1000000001")]
    assert found.by_service() == {"S3": Decimal("0.2000000001"), "EC2": Decimal("0.2")}
    assert (found.currency, found.requests) == ("USD", 1)


def test_every_page_is_read(tell: Tell) -> None:
    tell(
        page(result(FIRST, S3="1"), following="b"),
        page(result(FIRST, EC2="2"), following="c"),
        page(result(date(2026, 11, 2), S3="4")),
    )
    found = fetched()
    assert (found.total, found.requests) == (7, 3)


def test_pages_that_do_not_end_cost_no_fortune(tell: Tell) -> None:
    tell(page(following="b"), page(following="c"), page(following="b"))
    with pytest.raises(RemoteError, match="does not end after 2 pages"):
        fetched()


def test_pages_without_number_cost_no_fortune(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "MOST_PAGES", 4)
    tell(*(page(following=f"p{number}") for number in range(9)))
    with pytest.raises(RemoteError, match="does not end after 4 pages"):
        fetched()


def test_nothing_spent(tell: Tell) -> None:
    tell(page())
    found = fetched()
    assert (found.total, found.currency, found.charges) == (0, "USD", ())
    assert len(found.by_day()) == 3


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "-Infinity", "1e999", "1e15", "much", "", "1,5", "0x10"]
)
def test_what_is_no_amount_is_none(tell: Tell, amount: str) -> None:
    tell(page(result(FIRST, S3=amount)))
    with pytest.raises(RemoteError, match="as an amount"):
        fetched()


def test_money_given_back_and_dust(tell: Tell) -> None:
    tell(page(result(FIRST, S3="-120.5", EC2="0.0000000001", Tax="0", None_="0 N/A")))
    found = fetched()
    assert found.total == Decimal("-120.4999999999")
    assert list(found.by_service()) == ["EC2", "S3"]


def test_two_currencies_are_not_added(tell: Tell) -> None:
    tell(page(result(FIRST, S3="1", EC2="1 CNY")))
    with pytest.raises(UsageError, match="CNY and USD, which cannot be added"):
        fetched()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"ResultsByTime": [{}]},
        {"ResultsByTime": [{"TimePeriod": {"Start": "soon"}}]},
        {"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-01"}, "Groups": [{}]}]},
        {"ResultsByTime": [result(date(2020, 1, 1), S3="1")]},
        {"ResultsByTime": [result(FIRST, S3="1 dollars")]},
    ],
)
def test_an_answer_of_another_shape_is_one_line(tell: Tell, wrong: dict[str, Any]) -> None:
    tell(wrong)
    with pytest.raises(RemoteError, match="Cost Explorer") as caught:
        fetched()
    assert len(str(caught.value).splitlines()) == 1


class Faulty(ThreadingHTTPServer):
    """Answers everything with one fault of AWS's JSON kind."""

    status, code, said, asked = 400, "", "no\nway", 0


@pytest.fixture
def faulty(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            server.asked += 1
            body = json.dumps({"__type": server.code, "message": server.said}).encode()
            self.send_response(server.status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with Faulty(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(time, "sleep", lambda _: None)
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "code", "kind", "says", "asked"),
    [
        (400, "AccessDeniedException", RemoteError, "ce:GetCostAndUsage", 1),
        (400, "ThrottlingException", RemoteError, "too busy", aws.TRIES),
        (400, "LimitExceededException", RemoteError, "too busy", aws.TRIES),
        (400, "ExpiredTokenException", ConfigError, "have expired", 1),
        (400, "UnrecognizedClientException", ConfigError, "does not know these credentials", 1),
        (400, "RequestTimeTooSkewed", RemoteError, "clock", 1),
        (400, "DataUnavailableException", RemoteError, "no data on this account yet", 1),
        (400, "ValidationException", RemoteError, "ValidationException: no way", 1),
        (500, "InternalFailure", RemoteError, "InternalFailure", aws.TRIES),
    ],
)
def test_faults_of_aws_are_one_line(
    faulty: Faulty, status: int, code: str, kind: type[PioneersError], says: str, asked: int
) -> None:
    faulty.status, faulty.code = status, code
    with pytest.raises(kind, match=says) as caught:
        fetched()
    assert len(str(caught.value).splitlines()) == 1
    assert faulty.asked == asked


def test_an_account_that_never_opened_cost_explorer(faulty: Faulty) -> None:
    faulty.code, faulty.said = "AccessDeniedException", "User not enabled for cost explorer access"
    with pytest.raises(RemoteError, match="open Cost Explorer once"):
        fetched()


def test_without_credentials_or_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ConfigError, match="nobody"):
        fetched()
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(RemoteError, match="Could not connect"):
        fetched()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "no address")
    with pytest.raises(ConfigError, match="AWS_ENDPOINT_URL"):
        fetched()


def test_only_the_role_cost_may_ask(account: Account, tell: Tell) -> None:
    tell(page(result(FIRST, S3="1")))
    for who in ("haneul", "publisher", "recorder", "stranger"):
        account.become(who)
        with pytest.raises(RemoteError, match="not allowed"):
            fetched()
    account.become("cost")
    assert fetched().total == 1


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A stand-in for Discord, and what it was told."""
    told: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["content"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/api/webhooks/12/secret-word"
        monkeypatch.setenv("DISCORD_WEBHOOK", address)
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["cloud", "cost", *words])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def recent(*amounts: str, **extra: str) -> dict[str, Any]:
    """Days up to today, the last amount being today's."""
    first = TODAY - timedelta(days=len(amounts) - 1)
    days = [result(first + timedelta(days=n), S3=each, **extra) for n, each in enumerate(amounts)]
    return page(*days)


def test_the_page(tell: Tell, call: Any) -> None:
    tell(recent("1", "2", "0.004", EC2="0.5"))
    code, out, err = call("--days", "3")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert "4.50 USD before credits and refunds (asking cost 0.01 USD)" in lines[0]
    assert lines[1].split() == [f"{TODAY - timedelta(days=2)}", "1.50", "█" * 24]
    assert lines[2].split() == [f"{TODAY - timedelta(days=1)}", "2.50", "█" * 40]
    assert [line.split() for line in lines[4:6]] == [["3.00", "USD", "S3"], ["1.50", "USD", "EC2"]]


def test_json_is_exact(tell: Tell, call: Any) -> None:
    tell(recent("1.123456789", "2", "0"))
    code, out, _ = call("--days", "3", "--json", "--budget", "1000000")
    told = json.loads(out)
    assert (code, told["total"], told["budget"]) == (0, "3.123456789", "1000000")
    assert told["services"] == {"S3": "3.123456789"}
    assert (told["level"], told["new"]) == ("none", "none")


def test_names_of_services_are_only_text(tell: Tell, call: Any, channel: list[str]) -> None:
    hostile = "@everyone `x` ::error::\x1b[31m $\\frac$ \u202e[a](http://b)\n# big"
    tell(page(result(TODAY - timedelta(days=2), **{hostile: "1000"})))
    _, out, _ = call("--budget", "900", "--discord", "--lang", "en")
    assert "\x1b" not in out
    assert "::error" not in out
    (line,) = [each for each in channel[0].splitlines() if "everyone" in each]
    assert re.fullmatch(r"• `[^`]*`: `1,000.00 USD`", line)


def picture(path: Path) -> bytes:
    charges = tuple(
        Charge(FIRST + timedelta(days=day), name, Decimal(amount))
        for day in range(3)
        for name, amount in (
            ("S3", "1.5"),
            ("_$\\x$", "2"),
            ("한글", "3"),
            ("Back", "-1"),
            ("e", "9"),
        )
    )
    charges += tuple(Charge(FIRST, f"small {number}", Decimal("0.01")) for number in range(9))
    spending = Spending("USD", FIRST, FIRST + timedelta(days=9), charges)
    assert chart.save(spending, chart.proven(path))
    return path.read_bytes()


def test_pictures(tmp_path: Path) -> None:
    assert picture(tmp_path / "a.png").startswith(b"\x89PNG")
    drawn = picture(tmp_path / "b.svg").decode()
    assert drawn.count("<g id=") > 20
    assert chart.save(Spending("USD", FIRST, FIRST, ()), tmp_path / "none.png")


def test_without_matplotlib_the_page_is_there_all_the_same(
    tell: Tell, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    tell(recent("1"))
    code, out, err = call("--plot", str(tmp_path / "a.png"))
    assert (code, "█" in out, "matplotlib is not installed" in err) == (0, True, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--plot", "cost.exe"), "no picture ends like that"),
        (("--plot", "/nowhere/cost.png"), "no place for a file"),
        (("--budget", "x"), "no budget"),
        (("--discord",), "without a budget"),
        (("--discord", "--budget", "5"), "DISCORD_WEBHOOK is not set"),
        (("--days", "0"), "--days"),
        (("--days", "9999"), "--days"),
    ],
)
def test_mistakes_cost_nothing(
    call: Any, faulty: Faulty, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.delenv("DISCORD_WEBHOOK", raising=False)
    code, out, err = call(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert says in err
    assert faulty.asked == 0


def test_a_budget_in_another_currency(tell: Tell, call: Any) -> None:
    tell(recent("5 CNY"))
    assert "5.00 CNY" in call()[1]
    code, out, err = call("--budget", "5")
    assert (code, out) == (2, "")
    assert "billed in CNY" in err


def month_of(*amounts: int) -> dict[str, Any]:
    """Days that settled in the month of the last settled day, and none before."""
    settled = TODAY - timedelta(days=2)
    first = settled - timedelta(days=len(amounts) - 1)
    return page(
        *(result(first + timedelta(days=n), S3=f"{each}") for n, each in enumerate(amounts))
    )


def test_discord_hears_of_it_on_the_day_it_happens(
    tell: Tell, call: Any, channel: list[str]
) -> None:
    tell(month_of(1000))
    code, out, err = call("--budget", "900", "--discord", "--lang", "en")
    assert (code, "told Discord" in err) == (0, True)
    (said,) = channel
    assert said.startswith(
        f"🚨 AWS in `{TODAY - timedelta(days=2):%Y-%m}`: `1,000.00 USD` are spent"
    )
    assert "• `S3`: `1,000.00 USD`" in said
    assert "used up already" in out


def test_discord_hears_nothing_of_a_quiet_month(tell: Tell, call: Any, channel: list[str]) -> None:
    tell(month_of(1))
    assert call("--budget", "900", "--discord")[0] == 0
    assert channel == []


def test_a_discord_that_does_not_answer_leaves_the_page(
    tell: Tell, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_WEBHOOK", "http://127.0.0.1:9/api/webhooks/12/secret-word")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    tell(month_of(1000))
    code, out, err = call("--budget", "900", "--discord")
    assert (code, "1,000.00 USD" in out) == (3, True)
    assert "Discord did not answer" in err
    assert "secret-word" not in err
