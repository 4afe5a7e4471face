def solution(orders):
    answer = []
    for order in orders:
        orders.remove(order)
        if order in orders and order not in answer:
            answer.append(order)
    return answer
