def solution(orders):
    answer = []
    for order in orders:
        if orders.count(order) > 1 and order not in answer:
            answer.append(order)
    return answer
