// The claimed times of a bundle against one another and against those who vouch from outside (step 9 of
// docs/evidence-format.md).
import { Fault } from "./fault";
import type { Entry } from "./verify";

/** By how much clocks may differ, answers under way included: 300 seconds, in milliseconds. */
const TOLERANCE = 300_000;
/** The first moment of the year 10000, Unix milliseconds. */
const END = 253_402_300_800_000;

/** Somebody outside of the company saw the log at a size, at a time: a witness or a time-stamp authority. */
export interface Mark {
  readonly name: string;
  /** Entries with an index below this stood then. */
  readonly size: number;
  /** When, Unix milliseconds. */
  readonly time: number;
}

/** A time as a bundle writes it (RFC 3339 in UTC, to the second), if it is one of the years 1970 to 9999. */
export function written(ms: number): string | null {
  return ms >= 0 && ms < END ? new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z") : null;
}

/** The moment that was written, Unix milliseconds; `null` for anything that is not written so. */
export function read(time: string): number | null {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) ? Date.parse(time) : Number.NaN;
  return written(ms) === time ? ms : null;
}

/** Checks the times of entries in the order of their indexes, of marks, and of the making. */
export function checkTimes(entries: readonly Entry[], marks: readonly Mark[], made: number): void {
  const claimed = [
    ...entries.map(({ index, leaf }) => ({ time: leaf.time, what: `#${index}` })),
    ...marks.map(({ name, time }) => ({ time, what: name })),
  ];
  for (const { time, what } of claimed) {
    if (time >= END) throw new Fault("time-range", { what });
    if (time > made + TOLERANCE) throw new Fault("time-made", { what });
  }
  checkRuns(entries);
  checkOrder(entries);
  for (const mark of marks) {
    for (const other of marks) {
      if (other.size < mark.size && mark.time + TOLERANCE < other.time) {
        throw new Fault("time-marks", { mark: mark.name, before: other.name });
      }
    }
  }
  for (const { index, leaf } of entries) {
    for (const mark of marks) {
      const contained = index < mark.size;
      if (contained && leaf.time > mark.time + TOLERANCE) throw new Fault("time-after", { index, mark: mark.name });
      if (!contained && leaf.time + TOLERANCE < mark.time) throw new Fault("time-before", { index, mark: mark.name });
    }
  }
}

/** A run counts its entries without a gap, so that between two of them stand no fewer entries than it wrote. */
function checkRuns(entries: readonly Entry[]): void {
  const last = new Map<string, Entry>();
  for (const entry of entries) {
    const before = last.get(entry.leaf.run);
    last.set(entry.leaf.run, entry);
    if (!before) continue;
    const counted = entry.leaf.count - before.leaf.count;
    if (counted <= 0n || counted > BigInt(entry.index - before.index)) {
      throw new Fault("time-count", { index: entry.index, before: before.index });
    }
  }
}

function checkOrder(entries: readonly Entry[]): void {
  let latest: Entry | null = null;
  for (const entry of entries) {
    if (latest !== null && entry.leaf.time + TOLERANCE < latest.leaf.time) {
      throw new Fault("time-order", { index: entry.index, before: latest.index });
    }
    if (latest === null || entry.leaf.time > latest.leaf.time) latest = entry;
  }
}

/**
 * The latest mark that does not contain the entry (it came after that, by the rule that a server has its newest checkpoint
 * marked) and the earliest that does (it stood before that).
 */
export function interval(index: number, marks: readonly Mark[]): { after: Mark | null; before: Mark | null } {
  let [after, before]: [Mark | null, Mark | null] = [null, null];
  for (const mark of marks) {
    if (index >= mark.size) {
      if (after === null || mark.time >= after.time) after = mark;
    } else if (before === null || mark.time < before.time) {
      before = mark;
    }
  }
  return { after, before };
}
