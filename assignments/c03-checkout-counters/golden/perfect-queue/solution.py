from dataclasses import dataclass
from queue import PriorityQueue


@dataclass(order=True)
class Counter:
    free_at: int
    number: int


def solution(guests, counters):
    queue = PriorityQueue()
    for number in range(counters):
        queue.put(Counter(0, number + 1))
    answer = []
    for arrives, takes in guests:
        counter = queue.get()
        begins = max(arrives, counter.free_at)
        answer.append([counter.number, begins - arrives])
        counter.free_at = begins + takes
        queue.put(counter)
    return answer
