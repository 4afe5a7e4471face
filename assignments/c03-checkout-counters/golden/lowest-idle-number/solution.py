def solution(guests, counters):
    free_at = [0] * counters
    answer = []
    for arrives, takes in guests:
        idle = [number for number in range(counters) if free_at[number] <= arrives]
        number = idle[0] if idle else free_at.index(min(free_at))
        begins = max(arrives, free_at[number])
        free_at[number] = begins + takes
        answer.append([number + 1, begins - arrives])
    return answer
