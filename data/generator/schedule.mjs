// @ts-check
// When each attempt starts: the published busiest days and hour, the first and the last start; elsewhere a working week.
import { DEVELOPMENT_ID, Unsolved } from "./calibration.mjs";

/** @typedef {import("./random.mjs").Random} Random */
/** @typedef {import("./calibration.mjs").Calibration} Calibration */
/** @typedef {import("./calibration.mjs").Attempt} Attempt */

/** @typedef {{date: string, hour: number}} Slot a date and an hour of it, UTC */

const DAY_MS = 86_400_000;
const DEVELOPMENT_SLOT = { date: "2018-01-12", hour: 15 };
/** How busy each hour of the day is, UTC; the busiest is set by the calibration. */
const HOUR_WEIGHTS = [
  70, 74, 82, 92, 104, 116, 128, 140, 150, 158, 164, 170, 180, 196, 0, 204, 200, 190, 182, 172, 148, 120, 96,
  80,
];
/** Days on which few people study. */
const HOLIDAYS = [
  "2017-11-23",
  "2017-11-24",
  "2017-12-24",
  "2017-12-25",
  "2017-12-26",
  "2017-12-31",
  "2018-01-01",
];

/**
 * Draws when each attempt starts.
 * @param {readonly Attempt[]} attempts with counts, those of the development exam included
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Map<Attempt, number>} ms UTC
 * @throws {Unsolved}
 */
export function drawStarts(attempts, calibration, random) {
  const slots = drawSlots(attempts, calibration, random);
  const [first, last] = calibration.startedAt;
  const singles = random.shuffled(attempts.filter((a) => a.copies === 1 && a.baseExamId !== DEVELOPMENT_ID));
  const ends = new Map([
    [singles.find((attempt) => isSlotOf(slots.get(attempt), first)), Date.parse(first)],
    [singles.find((attempt) => isSlotOf(slots.get(attempt), last)), Date.parse(last)],
  ]);
  if (ends.size !== 2 || ends.has(undefined))
    throw new Unsolved("nobody starts in the first or the last hour");
  const taken = new Set(ends.values());
  return new Map(
    attempts.map((attempt) => {
      const slot = /** @type {Slot} */ (slots.get(attempt));
      const startMs = ends.get(attempt) ?? drawMoment(slot, calibration, taken, random);
      taken.add(startMs);
      return [attempt, startMs];
    }),
  );
}

/** @param {Slot | undefined} slot @param {string} time */
const isSlotOf = (slot, time) => slot?.date === time.slice(0, 10) && slot.hour === Number(time.slice(11, 13));

/**
 * Draws a moment of a slot, strictly between the first and the last start, at which nobody else starts.
 * @param {Slot} slot
 * @param {Calibration} calibration
 * @param {ReadonlySet<number>} taken
 * @param {Random} random
 * @returns {number} ms UTC
 */
function drawMoment({ date, hour }, calibration, taken, random) {
  const [first, last] = calibration.startedAt.map((time) => Date.parse(time));
  for (let tries = 0; tries < 1000; tries++) {
    const ms =
      Date.parse(`${date}T00:00:00.000Z`) + hour * 3_600_000 + random.below(3600) * 1000 + random.below(1000);
    if (ms > (first ?? 0) && ms < (last ?? 0) && !taken.has(ms)) return ms;
  }
  throw new Unsolved(`no moment left on ${date} at ${hour} hours`);
}

/**
 * Shares out a whole by weights, so that the parts add up to it (largest remainders).
 * @param {number} whole
 * @param {readonly number[]} weights
 * @returns {number[]}
 */
function apportion(whole, weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const parts = weights.map((weight) => Math.floor((whole * weight) / sum));
  const order = weights
    .map((weight, i) => ({ i, rest: (whole * weight) % sum }))
    .sort((a, b) => b.rest - a.rest);
  const left = whole - parts.reduce((total, part) => total + part, 0);
  for (const { i } of order.slice(0, left)) parts[i] = (parts[i] ?? 0) + 1;
  return parts;
}

/**
 * Draws how many distinct attempts start on each day.
 * @param {number} attempts
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {string[]} a date for each attempt
 */
function drawDates(attempts, calibration, random) {
  const busiest = new Map(calibration.busiestDates);
  const [first, last] = calibration.startedAt.map((time) => Date.parse(time.slice(0, 10)));
  const dates = [];
  for (let ms = first ?? 0; ms <= (last ?? 0); ms += DAY_MS)
    dates.push(new Date(ms).toISOString().slice(0, 10));
  const weights = dates.map((date) => {
    if (busiest.has(date)) return 0;
    const weekday = new Date(date).getUTCDay();
    const usual = HOLIDAYS.includes(date) ? 25 : weekday === 0 || weekday === 6 ? 42 : 100;
    return usual * random.between(85, 116);
  });
  const rest = attempts - [...busiest.values()].reduce((sum, count) => sum + count, 0);
  const counts = apportion(rest, weights);
  if (Math.max(...counts) >= Math.min(...busiest.values()))
    throw new Unsolved("a day is busier than published");
  return dates.flatMap((date, i) => new Array(busiest.get(date) ?? counts[i] ?? 0).fill(date));
}

/**
 * Pairs dates and hours at random, then gives attempts delivered again none of the busiest hour, which counts records.
 * @param {readonly Attempt[]} attempts
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Map<Attempt, Slot>}
 */
function drawSlots(attempts, calibration, random) {
  const [busiestHour, records] = calibration.busiestHour;
  const hours = apportion(attempts.length - records, HOUR_WEIGHTS).flatMap((count, hour) =>
    new Array(hour === busiestHour ? records : count).fill(hour),
  );
  const dates = drawDates(attempts.length, calibration, random);
  /** @type {Map<Attempt, Slot>} */
  const slots = new Map();
  for (const attempt of attempts.filter(({ baseExamId }) => baseExamId === DEVELOPMENT_ID)) {
    dates.splice(dates.indexOf(DEVELOPMENT_SLOT.date), 1);
    hours.splice(hours.indexOf(DEVELOPMENT_SLOT.hour), 1);
    slots.set(attempt, DEVELOPMENT_SLOT);
  }
  const rest = pairSlots(random.shuffled(dates), random.shuffled(hours), calibration, random);
  for (const attempt of attempts.filter(({ copies }) => copies > 1)) {
    const at = rest.findIndex(({ hour }) => hour < busiestHour - 2);
    slots.set(attempt, .../** @type {[Slot]} */ (rest.splice(at, 1)));
  }
  for (const attempt of attempts)
    if (!slots.has(attempt)) slots.set(attempt, /** @type {Slot} */ (rest.pop()));
  tireAtNight(attempts, slots, random);
  return slots;
}

/**
 * Pairs dates with hours; the first and the last hour of the whole time are taken once, nothing lies beyond them.
 * @param {string[]} dates
 * @param {number[]} hours as many, in any order
 * @param {Calibration} calibration
 * @param {Random} random
 * @returns {Slot[]} those two last
 */
function pairSlots(dates, hours, calibration, random) {
  const slots = calibration.startedAt.map((time) => ({
    date: time.slice(0, 10),
    hour: Number(time.slice(11, 13)),
  }));
  const [first, last] = /** @type {[Slot, Slot]} */ (slots);
  for (const { date, hour } of slots) {
    dates.splice(dates.indexOf(date), 1);
    hours.splice(hours.indexOf(hour), 1);
  }
  const isBeyond = (/** @type {string | undefined} */ date, /** @type {number | undefined} */ hour = 0) =>
    (date === first.date && hour <= first.hour) || (date === last.date && hour >= last.hour);
  for (const [i, date] of dates.entries()) {
    for (let tries = 0; isBeyond(date, hours[i]) && tries < 1000; tries++) {
      const j = random.below(hours.length);
      if (isBeyond(date, hours[j]) || isBeyond(dates[j], hours[i])) continue;
      [hours[i], hours[j]] = [hours[j] ?? 0, hours[i] ?? 0];
    }
  }
  return [...random.shuffled(dates.map((date, i) => ({ date, hour: hours[i] ?? 0 }))), ...slots];
}

/**
 * Exchanges slots so that late at night (21 to 4 UTC) people give up more often and score a little less.
 * @param {readonly Attempt[]} attempts
 * @param {Map<Attempt, Slot>} slots changed in place
 * @param {Random} random
 */
function tireAtNight(attempts, slots, random) {
  const isLate = (/** @type {Attempt} */ attempt) => ((slots.get(attempt)?.hour ?? 0) + 3) % 24 < 8;
  const strain = (/** @type {Attempt} */ { correct, unanswered, questions }) =>
    Math.floor((60 * (3 * unanswered - correct)) / questions);
  const singles = attempts.filter(({ copies, baseExamId }) => copies === 1 && baseExamId !== DEVELOPMENT_ID);
  for (let i = 0; i < 2000; i++) {
    const [one, other] = [random.pick(singles), random.pick(singles)];
    if (isLate(one) || !isLate(other) || strain(one) <= strain(other)) continue;
    const [slot, otherSlot] = [slots.get(one), slots.get(other)];
    if (slot && otherSlot) slots.set(one, otherSlot).set(other, slot);
  }
}
