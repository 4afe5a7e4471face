"""What can go wrong on the way to the data, and how it is said, in Korean and English.

Knows texts, and where the language is found; nothing of files.
"""

from __future__ import annotations

import os


class DataError(Exception):
    """The data cannot be reached; the message says why, and what to do."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class UnknownTable(DataError, AttributeError, KeyError):
    """There is no table of this name; the message names those that there are."""


TEXT = {
    # The message's name: (Korean, English).
    "unknown": (
        "{name!r} 표는 없어요.{near} 있는 표: {known}",
        "There is no table {name!r}.{near} There are: {known}",
    ),
    "near": (" 혹시 {name!r}인가요?", " Did you mean {name!r}?"),
    "not_in_assignment": (
        "{name!r} 표는 이 과제에 없어요. 채점할 때도 없어요. 이 과제의 표: {known}",
        "This assignment has no table {name!r}, nor has the grader. Its tables: {known}",
    ),
    "not_here": (
        "{name!r} 표가 {place}에 아직 없어요. 저장소에서 {command} 를 실행해 주세요.",
        "The table {name!r} is not in {place} yet. Run {command} in the repository.",
    ),
    "no_data": (
        "아직 데이터가 없어요. 저장소에서 {command} 를 한 번 실행해 주세요. 찾아본 곳: {place}",
        "There are no data yet. Run {command} once in the repository. Looked in: {place}",
    ),
    "no_repository": (
        "데이터가 어디 있는지 모르겠어요. 첫 줄에 pioneers.use(\"s3://버킷/폴더\")를 쓰거나, 받은 "
        "저장소 안에서 노트북을 열어 주세요.",
        "It is not known where the data are. Begin with pioneers.use(\"s3://bucket/prefix\"), or "
        "open the notebook inside your clone of the repository.",
    ),
    "nothing_there": (
        "{place}에 {wanted} 데이터가 없어요. 주소와 scale, seed를 확인해 주세요.",
        "{place} holds no data {wanted}. Check the address, the scale and the seed.",
    ),
    "no_data_here": (
        "이 과제에는 데이터가 없어요. 문제에 나온 값만으로 풀 수 있어요.",
        "This assignment has no data. It can be solved with what the text gives.",
    ),
    "bad_place": (
        "읽을 수 있는 곳이 아니에요: {place!r}. 폴더나 s3://버킷/폴더 를 적어 주세요.",
        "{place!r} is no place to read from. Give a folder or s3://bucket/prefix.",
    ),
    "bad_scale": (
        "scale은 0보다 큰 수예요. {given!r} 값은 쓸 수 없어요.",
        "scale is a number above 0, so {given!r} cannot be used.",
    ),
    "bad_seed": (
        "seed는 0 이상의 정수예요. {given!r} 값은 쓸 수 없어요.",
        "seed is a whole number from 0 up, so {given!r} cannot be used.",
    ),
    "bad_dataset": (
        "{given!r}라는 데이터셋은 쓸 수 없어요. 소문자 이름을 적어 주세요. 예: \"games\"",
        "{given!r} is no name of a dataset. Give one in small letters, such as \"games\".",
    ),
    "damaged": (
        "{place}의 목록을 읽을 수 없어요({why}). 그 폴더를 지우고 {command} 를 실행해 주세요.",
        "The list of files in {place} cannot be read ({why}). Delete that folder and run "
        "{command}.",
    ),
    "damaged_there": (
        "{place}의 목록을 읽을 수 없어요({why}). 운영자에게 알려 주세요.",
        "The list of files at {place} cannot be read ({why}). Tell an organiser.",
    ),
    "no_session": (
        "pioneers.tables에는 Spark 세션을 넣어 주세요. 지금 넣은 것: {given}. 세션은 "
        "이렇게 만들어요: spark = SparkSession.builder.getOrCreate()",
        "pioneers.tables wants a Spark session and was given {given}. Make one like this: "
        "spark = SparkSession.builder.getOrCreate()",
    ),
    "stopped": (
        "이 Spark 세션은 이미 끝났어요. 세션을 만드는 칸부터 다시 실행해 주세요.",
        "This Spark session has ended. Run the cell that makes it again, and then this one.",
    ),
    "bad_as": (
        "as_={given!r} 값은 몰라요. \"pandas\", \"polars\", \"arrow\" 가운데 하나를 적어 주세요.",
        "as_={given!r} is not known. Use \"pandas\", \"polars\" or \"arrow\".",
    ),
    "no_library": (
        "{library} 라이브러리가 없어요. 노트북을 ./pioneers lab 으로 열거나 설치해 주세요.",
        "{library} is not installed. Open the notebook with ./pioneers lab, or install {library}.",
    ),
    "other_format": (
        "{name!r} 표는 {kind} 파일이에요. 직접 읽어 보세요: {how}",
        "{name!r} holds {kind} files. Read them yourself: {how}",
    ),
    "not_read": (
        "{place}를 읽지 못했어요: {why}",
        "{place} could not be read: {why}",
    ),
    "elsewhere": (
        "이 Spark 세션은 다른 컴퓨터에서 돌아서 {place}를 볼 수 없어요. 첫 줄에 "
        "pioneers.use(\"s3://버킷/폴더\")를 써 주세요.",
        "This Spark session runs on another machine, which cannot see {place}. Begin with "
        "pioneers.use(\"s3://bucket/prefix\").",
    ),
    "no_hadoop_aws": (
        "이 Spark에는 S3를 읽는 부품이 없어요. 세션을 만들 때 한 줄을 더해 주세요: "
        ".config(\"spark.jars.packages\", \"{package}\") 이미 만든 세션이 있으면 spark.stop()을 "
        "먼저 불러 주세요.",
        "This Spark lacks the part that reads S3. Add a line where the session is made: "
        ".config(\"spark.jars.packages\", \"{package}\") If there is a session already, call "
        "spark.stop() first.",
    ),
    "no_hadoop_aws_there": (
        "이 Spark 클러스터에는 S3를 읽는 부품(hadoop-aws)이 없어요. 운영자에게 알려 주세요.",
        "This Spark cluster lacks the part that reads S3 (hadoop-aws). Tell whoever runs it.",
    ),
    "no_credentials": (
        "{place}를 읽을 열쇠가 없어요. 받은 읽기 전용 키를 AWS_ACCESS_KEY_ID와 "
        "AWS_SECRET_ACCESS_KEY에 넣고 커널을 다시 시작해 주세요. 공개 버킷이면 "
        "pioneers.use(\"{place}\", anonymous=True)를 써 주세요.",
        "There is no key for {place}. Put the read-only key that you were given into "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and restart the kernel. For a public bucket: "
        "pioneers.use(\"{place}\", anonymous=True).",
    ),
    "denied": (
        "S3가 {place}를 읽지 못하게 했어요. 주소가 맞는지, 키가 만료되지 않았는지 보고, "
        "그래도 안 되면 운영자에게 알려 주세요.",
        "S3 refused to read {place}. Check the address, and that your key has not expired; "
        "otherwise ask an organiser.",
    ),
    "no_bucket": (
        "{place}의 버킷이 없어요. 주소를 다시 확인해 주세요.",
        "The bucket of {place} does not exist. Check the address.",
    ),
    "unreachable": (
        "{place}에 닿지 못했어요. 인터넷 연결과 AWS_ENDPOINT_URL, AWS_REGION을 확인해 주세요.",
        "{place} cannot be reached. Check the network, AWS_ENDPOINT_URL and AWS_REGION.",
    ),
}  # fmt: skip


def say(key: str, **values: object) -> str:
    """The message `key`; in both languages where nothing tells which."""
    korean, english = (text.format(**values) for text in TEXT[key])
    spoken = language()
    return {"ko": korean, "en": english}.get(spoken, f"{korean}\n{english}")


def language() -> str:
    """`ko`, `en`, or an empty string where nothing tells which."""
    from pioneers.places import cohort_language

    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    for word in (os.environ.get("PIONEERS_LANGUAGE"), cohort_language(), locale):
        if word and word[:2] in ("ko", "en"):
            return word[:2]
    return ""


def fault(key: str, **values: object) -> DataError:
    """The error whose message is `key`."""
    return DataError(say(key, **values))


def unknown(key: str, name: object, known: list[str], **values: object) -> UnknownTable:
    """The error for a table that is not there, with the name that is nearest."""
    from difflib import get_close_matches

    found = get_close_matches(str(name).lower(), known, n=1, cutoff=0.6)
    near = say("near", name=found[0]) if found else ""
    names = ", ".join(known) or "-"
    return UnknownTable(say(key, name=str(name)[:60], near=near, known=names, **values))


def one_line(error: BaseException) -> str:
    """What an error says first, as one line of a few words."""
    said = next((line for line in str(error).splitlines() if line.strip()), "")
    return " ".join(said.split())[:200] or type(error).__name__
