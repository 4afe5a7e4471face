"""The labelled programs of `growth.py`: by class, the input of size n and the source."""

from __future__ import annotations

NUMBERS = "([random.randrange(10 * n) for _ in range(n)],)"
SORTED = "(sorted(random.randrange(10 * n) for _ in range(n)), random.randrange(10 * n))"
TEXT = "(''.join(random.choice('abcd') for _ in range(n)),)"
ALONE = "(n,)"
PAIRS = "([[random.randrange(n), random.randrange(n)] for _ in range(n)],)"

PROGRAMS: dict[str, dict[str, tuple[str, str]]] = {
    "log n": {
        "binary_search": (
            SORTED,
            """def solution(a, x):
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low""",
        ),
        "halving": (
            ALONE,
            """def solution(n):
    steps = 0
    while n > 1:
        n //= 2
        steps += 1
    return steps""",
        ),
        "digits": (
            ALONE,
            """def solution(n):
    s = 0
    while n:
        s += n % 3
        n //= 3
    return s""",
        ),
        "power": (
            ALONE,
            """def solution(n):
    result, base, e = 1, 3, n
    while e:
        if e & 1:
            result = result * base % 1000007
        base = base * base % 1000007
        e >>= 1
    return result""",
        ),
        "search_recursive": (
            SORTED,
            """def solution(a, x):
    def find(low, high):
        if low >= high:
            return low
        middle = (low + high) // 2
        return find(middle + 1, high) if a[middle] < x else find(low, middle)
    return find(0, len(a))""",
        ),
        "fenwick": (
            ALONE,
            """def solution(n):
    i, hops = n * 2 - 1, 0
    top = 1 << n.bit_length()
    while i > 0:
        i -= 1 if i % 2 == 0 else 0
        hops += 1
        i //= 2
    return hops""",
        ),
    },
    "n": {
        "sum_loop": (
            NUMBERS,
            """def solution(a):
    s = 0
    for x in a:
        s += x
    return s""",
        ),
        "builtin_sum": (
            NUMBERS,
            """def solution(a):
    return sum(a)""",
        ),
        "maximum": (
            NUMBERS,
            """def solution(a):
    best = a[0]
    for x in a:
        if x > best:
            best = x
    return best""",
        ),
        "count_dict": (
            NUMBERS,
            """def solution(a):
    seen = {}
    for x in a:
        seen[x % 97] = seen.get(x % 97, 0) + 1
    return len(seen)""",
        ),
        "two_pointers": (
            SORTED,
            """def solution(a, x):
    i, j, hits = 0, len(a) - 1, 0
    while i < j:
        s = a[i] + a[j]
        if s == x:
            hits += 1
            i += 1
        elif s < x:
            i += 1
        else:
            j -= 1
    return hits""",
        ),
        "prefix_sums": (
            NUMBERS,
            """def solution(a):
    out = [0]
    for x in a:
        out.append(out[-1] + x)
    return out[-1]""",
        ),
        "window": (
            NUMBERS,
            """def solution(a):
    k = 3
    s = sum(a[:k])
    best = s
    for i in range(k, len(a)):
        s += a[i] - a[i - k]
        best = max(best, s)
    return best""",
        ),
        "reverse_words": (
            TEXT,
            """def solution(t):
    return sum(1 for c in t if c == 'a')""",
        ),
        "stack": (
            NUMBERS,
            """def solution(a):
    stack, total = [], 0
    for x in a:
        while stack and stack[-1] < x:
            total += stack.pop() % 7
        stack.append(x)
    return total""",
        ),
    },
    "n log n": {
        "sorted": (
            NUMBERS,
            """def solution(a):
    return sorted(a)[0]""",
        ),
        "merge_sort": (
            NUMBERS,
            """def solution(a):
    def sort(x):
        if len(x) <= 1:
            return x
        m = len(x) // 2
        left, right = sort(x[:m]), sort(x[m:])
        out, i, j = [], 0, 0
        while i < len(left) and j < len(right):
            if left[i] <= right[j]:
                out.append(left[i])
                i += 1
            else:
                out.append(right[j])
                j += 1
        return out + left[i:] + right[j:]
    return sort(a)[0]""",
        ),
        "heap_sort": (
            NUMBERS,
            """import heapq
def solution(a):
    heap = []
    for x in a:
        heapq.heappush(heap, -x)
    last = 0
    while heap:
        last = heapq.heappop(heap)
    return last""",
        ),
        "bisect_each": (
            NUMBERS,
            """def solution(a):
    b = list(range(0, 10 * len(a), 10))
    total = 0
    for x in a:
        low, high = 0, len(b)
        while low < high:
            m = (low + high) // 2
            if b[m] < x:
                low = m + 1
            else:
                high = m
        total += low
    return total""",
        ),
        "halves": (
            ALONE,
            """def solution(n):
    total = 0
    for i in range(n):
        k = n
        while k > 1:
            k //= 2
            total += 1
    return total""",
        ),
        "harmonic": (
            ALONE,
            """def solution(n):
    total = 0
    for step in range(1, n + 1):
        for k in range(step, n + 1, step):
            total += 1
    return total""",
        ),
        "intervals": (
            PAIRS,
            """def solution(pairs):
    items = sorted((min(p), max(p)) for p in pairs)
    count, end = 0, -1
    for a, b in items:
        if a > end:
            count += 1
        end = max(end, b)
    return count""",
        ),
        "quick_sort": (
            NUMBERS,
            """def solution(a):
    def sort(x):
        if len(x) <= 1:
            return x
        p = x[len(x) // 2]
        return (sort([v for v in x if v < p]) + [v for v in x if v == p]
                + sort([v for v in x if v > p]))
    return sort(a)[0]""",
        ),
    },
    "n^2": {
        "pairs": (
            NUMBERS,
            """def solution(a):
    c = 0
    for x in a:
        for y in a:
            if x < y:
                c += 1
    return c""",
        ),
        "upper_pairs": (
            NUMBERS,
            """def solution(a):
    c = 0
    for i in range(len(a)):
        for j in range(i + 1, len(a)):
            if a[i] == a[j]:
                c += 1
    return c""",
        ),
        "bubble": (
            NUMBERS,
            """def solution(a):
    b = list(a)
    for i in range(len(b)):
        for j in range(len(b) - 1 - i):
            if b[j] > b[j + 1]:
                b[j], b[j + 1] = b[j + 1], b[j]
    return b[0]""",
        ),
        "insertion": (
            NUMBERS,
            """def solution(a):
    out = []
    for x in a:
        i = 0
        while i < len(out) and out[i] < x:
            i += 1
        out.insert(i, x)
    return out[0]""",
        ),
        "in_list": (
            NUMBERS,
            """def solution(a):
    seen, c = [], 0
    for x in a:
        if x not in seen:
            c += 1
        seen.append(x)
    return c""",
        ),
        "count_each": (
            NUMBERS,
            """def solution(a):
    return max(a.count(x) for x in a)""",
        ),
        "prefix_slices": (
            NUMBERS,
            """def solution(a):
    return sum(sum(a[:i]) % 7 for i in range(len(a)))""",
        ),
        "palindromes": (
            TEXT,
            """def solution(t):
    n, best = len(t), 0
    table = [[False] * n for _ in range(n)]
    for i in range(n - 1, -1, -1):
        for j in range(i, n):
            if t[i] == t[j] and (j - i < 2 or table[i + 1][j - 1]):
                table[i][j] = True
                best = max(best, j - i + 1)
    return best""",
        ),
    },
    "n^3": {
        "triples": (
            NUMBERS,
            """def solution(a):
    c = 0
    for x in a:
        for y in a:
            for z in a:
                if x + y == z:
                    c += 1
    return c""",
        ),
        "upper_triples": (
            NUMBERS,
            """def solution(a):
    c, n = 0, len(a)
    for i in range(n):
        for j in range(i + 1, n):
            for k in range(j + 1, n):
                c += (a[i] + a[j] + a[k]) % 2
    return c""",
        ),
        "matrix": (
            ALONE,
            """def solution(n):
    a = [[i + j for j in range(n)] for i in range(n)]
    out = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0
            for k in range(n):
                s += a[i][k] * a[k][j]
            out[i][j] = s
    return out[0][0]""",
        ),
        "floyd": (
            ALONE,
            """def solution(n):
    d = [[(i * 7 + j * 3) % 11 + 1 for j in range(n)] for i in range(n)]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i][k] + d[k][j] < d[i][j]:
                    d[i][j] = d[i][k] + d[k][j]
    return d[0][-1]""",
        ),
        "substrings": (
            NUMBERS,
            """def solution(a):
    best, n = 0, len(a)
    for i in range(n):
        for j in range(i, n):
            s = 0
            for k in range(i, j + 1):
                s += a[k]
            if s > best:
                best = s
    return best""",
        ),
        "chain": (
            NUMBERS,
            """def solution(a):
    n = len(a)
    d = [[0] * n for _ in range(n)]
    for size in range(2, n):
        for i in range(n - size):
            j = i + size
            best = 10**18
            for k in range(i + 1, j):
                c = d[i][k] + d[k][j] + a[i] * a[j]
                if c < best:
                    best = c
            d[i][j] = best
    return d[0][n - 1]""",
        ),
    },
    "2^n": {
        "subsets": (
            NUMBERS,
            """def solution(a):
    best = 0
    for mask in range(1 << len(a)):
        if mask & 1:
            best += 1
    return best""",
        ),
        "subset_sum": (
            NUMBERS,
            """def solution(a):
    def go(i, s):
        if i == len(a):
            return 1 if s == 0 else 0
        return go(i + 1, s + a[i]) + go(i + 1, s - a[i])
    return go(0, 0)""",
        ),
        "hanoi": (
            ALONE,
            """def solution(n):
    return 0 if n == 0 else solution(n - 1) + 1 + solution(n - 1)""",
        ),
        "power_set": (
            NUMBERS,
            """def solution(a):
    out = [0]
    for x in a:
        out = out + [s + x for s in out]
    return len(out)""",
        ),
        "two_calls": (
            ALONE,
            """def solution(n):
    if n <= 1:
        return 1
    total = 0
    for _ in range(2):
        total += solution(n - 1)
    return total""",
        ),
        "bit_strings": (
            ALONE,
            """def solution(n):
    def go(k):
        if k == 0:
            return 1
        return go(k - 1) + go(k - 1)
    return go(n)""",
        ),
    },
}
