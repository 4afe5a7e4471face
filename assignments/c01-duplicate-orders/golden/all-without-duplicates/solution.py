def solution(orders):
    return list(dict.fromkeys(orders))
