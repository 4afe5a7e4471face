"""파티 소식은 며칠 만에 · How fast an invitation spreads. 문제는 statement.ko.md에 있어요."""


def solution(friendships: list[list[str]], host: str) -> list[int]:
    """0일, 1일, 2일, …째에 파티 소식을 처음 듣는 사람 수를 차례로 돌려주세요.

    Return how many people hear of the party on day 0, 1, 2, …; day 0 is the host.

    >>> solution([["민지", "지우"], ["지우", "서준"], ["민지", "하린"]], "민지")
    [1, 2, 1]
    """
    # TODO: 오늘 소식을 들은 사람들로 내일 들을 사람들을 어떻게 구할까요?
    raise NotImplementedError
