def solution(guests, counters):
    free_at = [0] * counters
    answer = []
    for arrives, takes in guests:
        best = 0
        for number in range(counters):
            if free_at[number] < free_at[best]:
                best = number
        begins = max(arrives, free_at[best])
        free_at[best] = begins + takes
        answer.append([best + 1, begins - arrives])
    return answer
