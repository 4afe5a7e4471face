"""Cases for `solution(postings, skills, k)`: texts, each skill's other spellings, how many."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[str], dict[str, list[str]], int]

SKILLS = {
    "Spark": ["Apache Spark", "스파크"],
    "Airflow": ["Apache Airflow", "에어플로우"],
    "Python": ["파이썬"],
    "SQL": [],
    "PostgreSQL": ["Postgres"],
    "Java": [],
    "JavaScript": [],
    "Kubernetes": ["k8s", "쿠버네티스"],
    "Kafka": ["카프카"],
    "dbt": [],
    "C": [],
    "C++": [],
    "C#": [],
    ".NET": [],
}
# Words that hold a skill's name and are none of them.
LOOKALIKES = ["MySQL", "NoSQL", "PyTorch", "Javalin", "SparkleDB", "dbt2", "SQLite", "Kafkaesque"]
PATTERNS = [
    "{}와 {}를 함께 다뤄요.",
    "[{}] 경험자 우대, {} 가능자 환영",
    "우리 팀은 {}로 배치를, {}로 대시보드를 만들어요",
    "Now hiring: {} and {}, remote friendly.",
    "{}/{} 3년 이상",
    "{},{}",
    "{}도 좋고 {}도 좋아요! {}면 더 좋아요",
]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield ["Spark와 SQL을 써요", "스파크 경험자 우대"], {"Spark": ["스파크"], "SQL": []}, 2
    yield ["JavaScript 개발자", "java, JAVA, Java!"], {"Java": [], "JavaScript": []}, 5
    yield ["dbt와 Kafka", "Airflow"], {"Kafka": [], "dbt": [], "Airflow": [], "SQL": []}, 2


def edges(random: Random) -> Iterator[Case]:
    """No posting, no skill, k of 0, empty texts, fewer skills found than asked for."""
    skill = random.choice(["SQL", "Python", "Kafka"])
    yield [], SKILLS, 3
    yield [f"{skill} 우대"], {}, 3
    yield [f"{skill} 우대"], SKILLS, 0
    yield ["", " ", "신입 환영"], SKILLS, 3
    yield [skill], SKILLS, 10
    yield [f"{skill}, {skill}, {skill}"] * random.randint(2, 4), SKILLS, 1


def borders(random: Random) -> Iterator[Case]:
    """Names inside longer words, and names with Korean endings or signs attached."""
    yield ["JavaScript", "MySQL 8", "PostgreSQL을 써요", "NoSQL"], SKILLS, 9
    yield ["Java를", "SQL은", "Spark에서", "dbt로", "Python이나"], SKILLS, 9
    yield ["C++ 개발자", "C# 개발자", "C 개발자", "C/C++", "(C)"], SKILLS, 9
    yield [".NET", "ASP.NET", "x.NET", "k8s!", "k8sx"], SKILLS, 9
    for _ in range(15):
        words = [*random.sample(LOOKALIKES, 3), *random.sample(list(SKILLS), 3)]
        yield _postings(random, 6, words), SKILLS, 9


def spellings(random: Random) -> Iterator[Case]:
    """One skill under several names, in capitals or not, several times in one posting."""
    yield ["apache spark", "SPARK", "스파크를", "Spark, 스파크, Apache Spark"], SKILLS, 3
    yield ["쿠버네티스(k8s)", "KUBERNETES", "K8S와 Kubernetes"], SKILLS, 3
    for _ in range(15):
        words = [name for others in SKILLS.values() for name in others]
        words = [random.choice([str.lower, str.upper, str.title, str])(word) for word in words]
        yield _postings(random, 8, words), SKILLS, 6


def ties(random: Random) -> Iterator[Case]:
    """Skills that equally many postings ask for: by name."""
    for _ in range(15):
        names = random.sample(list(SKILLS), 6)
        yield [f"{name} 우대" for name in names], SKILLS, random.randint(2, 5)
        yield [" / ".join(random.sample(names, 6)) for _ in range(3)], SKILLS, 3


def mixed(random: Random) -> Iterator[Case]:
    """Ordinary job boards, of skills without signs in their names."""
    plain = [name for name in SKILLS if name.isalpha() and len(name) > 1]
    for _ in range(20):
        yield _board(random, random.randint(20, 40), plain, k=random.randint(1, 5))


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(150):
        yield _board(random, random.randint(0, 6), list(SKILLS), k=random.randint(1, 9))


def _board(random: Random, n: int, names: list[str], k: int) -> Case:
    words = LOOKALIKES + [word for name in names for word in (name, *SKILLS[name])]
    skills = {name: SKILLS[name] for name in random.sample(names, len(names))}
    return _postings(random, n, words), skills, k


def _postings(random: Random, n: int, words: list[str]) -> list[str]:
    return [
        random.choice(PATTERNS).format(*(random.choice(words) for _ in range(3))) for _ in range(n)
    ]
