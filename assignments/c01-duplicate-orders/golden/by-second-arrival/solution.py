def solution(orders):
    counts = {}
    answer = []
    for order in orders:
        counts[order] = counts.get(order, 0) + 1
        if counts[order] == 2:
            answer.append(order)
    return answer
