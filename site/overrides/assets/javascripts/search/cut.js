/**
 * A Korean query cut into words without a dictionary of Korean: the index's own words are the
 * dictionary. Of all ways to cut, the cheapest is taken: few words, long ones, at the spaces that
 * were typed, with particles and endings behind them. Knows nothing of sections and scores.
 */

/** Particles, endings and the like, which follow a word and say nothing to search for. */
const FOLLOWING = new Set(
  (
    "은 는 이 가 을 를 의 에 에서 에게 한테 께 로 으로 와 과 랑 이랑 하고 도 만 까지 부터 보다 처럼 마다 " +
    "밖에 라도 이라도 나 이나 든지 요 이요 야 이야 라 이라 란 이란 들 님 씩 쯤 선 에선 엔 론 같은 같이 " +
    "이에요 예요 이예요 에요 인가요 인가 인지 인데 인데요 이다 입니다 이고 이면 일까요 이었 였 이죠 죠 지 인 " +
    "하는 하다 하면 하려면 하려고 하나요 하기 하지 하니 하게 하죠 하니까 하는데 한 한다 할 할까요 할때 함 합니다 " +
    "해 해요 해서 해도 해야 했 했어요 했는데 했더니 되는 되면 되나요 되지 되 된 된다 될 될까요 돼 돼요 됐 됐어요 됩니다 " +
    "시키 시켜 당하 어 아 어요 아요 여요 었 았 고 고요 지만 지요 면 으면 니 으니 니까 으니까 서 어서 아서 려면 으려면 " +
    "려고 으려고 게 네 네요 나요 는데 은데 데 데요 던데 더니 을 을까 을까요 까 까요 니다 습니다 다 던 기 " +
    "는지 을지 은지 음 래요 대요 다는 라고 다고 자 세요 으세요 시 면서 으면서 거든요 잖아요 진 는건 는거 는게 " +
    "는법 는방법 기만 줘 줘요 주세요 봐 봐요 버려요 어야 아야 도록 다가 며 으며 자고 냐 냐고 군요 구나 주 준 드려 드리"
  ).split(" "),
);

/** Words of asking. They tell little of what is asked, and count little. */
const WEAK = new Set(
  (
    "왜 어떻게 어떡해 어떡하 어떤 뭐 뭘 뭔 뭔가 뭐가 무엇 무슨 어디 어디서 어디에 언제 누가 누구 얼마나 얼마 몇 " +
    "좀 제가 저 나 내 우리 이거 그거 저거 이것 그것 것 거 게 건 걸 수 때 때문 때문에 안 못 잘 더 다 꼭 또 법 방법 " +
    "하 해 했 한 할 합 되 돼 됐 된 될 됩 있 없 싶 같 대해 대한 위해 위한 그냥 그런데 근데 아니 않 말 " +
    "궁금 알려 가르쳐 이유 뜻 의미 건가 새로"
  ).split(" "),
);

const LONGEST = 14;

/**
 * @typedef {{text: string, start: number, end: number,
 *   kind: "word"|"weak"|"unknown"|"following",
 *   typed: string}} Piece a stretch of the query; `typed` is the stretch with its spaces.
 */

/**
 * @typedef {{cost: number, from: number, kind: Piece["kind"]}} Way the cheapest way to get here.
 */

/**
 * Cut Korean words.
 * @param {string[]} words as typed, each without a space in it
 * @param {(text: string, isEnd: boolean) => number} known the cost of a known word beyond its
 *   place, also told whether it ends a typed word; Infinity if it is not known
 * @param {boolean} [attached] the first word follows a Latin one without a space
 * @returns {Piece[]}
 */
export function cut(words, known, attached = false) {
  const text = words.join("");
  const edges = new Set([0]);
  for (const word of words) edges.add(Math.max(...edges) + word.length);
  /** @type {(Way|null)[]} */
  const best = [{ cost: 0, from: -1, kind: "following" }, ...Array(text.length).fill(null)];
  for (let start = 0; start < text.length; start++) {
    const here = best[start];
    if (!here) continue;
    let crossed = 0;
    for (let end = start + 1; end <= Math.min(text.length, start + LONGEST); end++) {
      const part = text.slice(start, end);
      for (const [kind, cost] of ways(part, start, crossed, here, edges.has(end))) {
        const there = best[end];
        if (!there || here.cost + cost < there.cost) {
          best[end] = { cost: here.cost + cost, from: start, kind };
        }
      }
      if (edges.has(end)) crossed++;
    }
  }
  return pieces();

  /**
   * @param {string} part @param {number} start @param {number} crossed @param {Way} here
   * @param {boolean} isEnd
   * @returns {[Piece["kind"], number][]}
   */
  function ways(part, start, crossed, here, isEnd) {
    const found = /** @type {[Piece["kind"], number][]} */ ([]);
    const atEdge = edges.has(start);
    const place = (part.length === 1 ? 1.4 : 0) + crossed * 0.7 + (atEdge ? 0 : 0.35);
    if (WEAK.has(part) && !crossed) found.push(["weak", 1 + place * 0.6]);
    const cost = known(part, isEnd);
    if (cost < Infinity && !(crossed && part.length < 3)) found.push(["word", 1 + cost + place]);
    const follows = start > 0 || attached;
    if (follows && !crossed && FOLLOWING.has(part)) {
      // Behind one strange syllable it is more likely the second syllable of a strange word.
      const stray = here.kind === "unknown" && best[here.from]?.kind !== "unknown" ? 1.2 : 0;
      found.push(["following", 0.35 + stray + (atEdge && start > 0 ? 1.2 : 0)]);
    }
    if (part.length === 1) found.push(["unknown", here.kind === "unknown" ? 2.2 : 3]);
    return found;
  }

  /** @returns {Piece[]} */
  function pieces() {
    /** @type {Piece[]} */
    const found = [];
    for (let end = text.length; end > 0; ) {
      const way = /** @type {Way} */ (best[end]);
      const after = found[0];
      const joins = after && !edges.has(after.start) && isStrange(way.kind, end - way.from, after);
      const stop = joins ? after.end : end;
      if (joins) found.shift();
      found.unshift({
        text: text.slice(way.from, stop),
        start: way.from,
        end: stop,
        kind: joins ? "unknown" : way.kind,
        typed: typed(way.from, stop),
      });
      end = way.from;
    }
    return found.reduceRight(merged, /** @type {Piece[]} */ ([]));
  }

  /**
   * A particle between two unknown stretches is none: `쿠베르네테스` is one word.
   * @param {Piece[]} after @param {Piece} piece
   */
  function merged(after, piece) {
    const [middle, last] = after;
    const isOne =
      piece.kind === "unknown" && middle?.kind === "following" && last?.kind === "unknown" &&
      !edges.has(middle.start) && !edges.has(last.start);
    if (!isOne) return [piece, ...after];
    const [start, end] = [piece.start, last.end];
    const whole = { text: text.slice(start, end), start, end, kind: piece.kind, typed: typed(start, end) };
    return [whole, ...after.slice(2)];
  }

  /**
   * True if a stretch and the one after it are parts of one unknown word; a single syllable beside
   * an unknown stretch is no word of its own.
   * @param {Piece["kind"]} kind @param {number} length @param {Piece} after
   */
  function isStrange(kind, length, after) {
    const single = (/** @type {Piece["kind"]} */ one, /** @type {number} */ size) =>
      one === "unknown" || (size === 1 && one !== "following");
    return (
      (kind === "unknown" || after.kind === "unknown") &&
      single(kind, length) &&
      single(after.kind, after.text.length)
    );
  }

  /** @param {number} start @param {number} end */
  function typed(start, end) {
    let shown = "";
    for (let at = start; at < end; at++) shown += (at > start && edges.has(at) ? " " : "") + text[at];
    return shown;
  }
}

/**
 * The typed word around a piece, without what follows its last known or unknown stretch: the whole
 * of a word of which only a part was recognised.
 * @param {string[]} words
 * @param {Piece[]} found
 * @param {Piece} piece
 * @returns {string}
 */
export function around(words, found, piece) {
  let start = 0;
  for (const word of words) {
    const end = start + word.length;
    if (piece.start >= start && piece.start < end) {
      const tail = found.filter((other) => other.start >= start && other.end <= end);
      while (tail.length && tail.at(-1)?.kind === "following") tail.pop();
      return word.slice(0, (tail.at(-1)?.end ?? end) - start);
    }
    start = end;
  }
  return piece.text;
}
