"""채용 공고가 찾는 기술 · Skills that postings ask for. 문제는 statement.ko.md에 있어요."""


def solution(postings: list[str], skills: dict[str, list[str]], k: int) -> list[list]:
    """가장 많은 공고가 찾는 기술 k개를 [기술, 공고 수]로 돌려주세요.

    Return the k skills that most postings ask for, as [skill, postings].

    >>> solution(["Spark와 SQL을 써요", "스파크 경험자 우대"], {"Spark": ["스파크"], "SQL": []}, 2)
    [['Spark', 2], ['SQL', 1]]
    """
    # TODO: "Java"를 찾을 때 "JavaScript"는 빼고 "Java를"은 넣으려면 양옆의 무엇을 봐야 할까요?
    raise NotImplementedError
