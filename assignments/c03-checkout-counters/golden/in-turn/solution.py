def solution(guests, counters):
    free_at = [0] * counters
    answer = []
    for index, (arrives, takes) in enumerate(guests):
        number = index % counters
        begins = max(arrives, free_at[number])
        free_at[number] = begins + takes
        answer.append([number + 1, begins - arrives])
    return answer
