/**
 * Deadlines: `<time datetime="2026-06-04T23:59:00+09:00" data-local>…</time>` keeps the cohort's
 * time and gets how long it is until then, and the reader's own time where it differs.
 */

import { language, words } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long it is until a moment, in words.
 * @param {number} due  milliseconds since 1970
 * @param {number} now
 * @param {"ko" | "en"} code
 */
export function left(due, now, code) {
  const said = words(code);
  if (due < now) return said.over;
  const span = due - now;
  const [size, unit] =
    span >= DAY ? [DAY, "day"] : span >= HOUR ? [HOUR, "hour"] : [MINUTE, "minute"];
  const number = Math.max(1, Math.floor(span / size));
  const measured = new Intl.NumberFormat(code, { style: "unit", unit, unitDisplay: "long" });
  return code === "ko" ? `${measured.format(number)} 남았어요` : `${measured.format(number)} left`;
}

/**
 * The moment on the reader's clock.
 * @param {Date} due
 * @param {"ko" | "en"} code
 * @param {string | undefined} zone  a time zone; the reader's own by default
 */
export function localTime(due, code, zone = undefined) {
  const format = new Intl.DateTimeFormat(code === "ko" ? "ko-KR" : "en-GB", {
    month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit",
    hourCycle: "h23", timeZone: zone,
  });
  return format.format(due);
}

/**
 * Whether two time zones show another time at a moment.
 * @param {Date} due
 * @param {string} one
 * @param {string} other
 */
export const differs = (due, one, other) => localTime(due, "en", one) !== localTime(due, "en", other);

/** @param {Document} page @param {number} now */
export function start(page, now = Date.now()) {
  const code = language();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const time of page.querySelectorAll("time[data-local]")) {
    const due = new Date(time.dateTime);
    if (Number.isNaN(due.getTime())) continue;
    const parts = [left(due.getTime(), now, code)];
    if (differs(due, zone, time.dataset.zone ?? "Asia/Seoul"))
      parts.push(words().yours(localTime(due, code), zone));
    const note = page.createElement("span");
    note.className = "local-time";
    note.dataset.over = String(due.getTime() < now);
    note.textContent = parts.join(" · ");
    time.after(" ", note);
  }
}
