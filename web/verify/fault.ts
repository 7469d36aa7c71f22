// Why something was refused. A fault is a code with its particulars, never a sentence: the page has the sentences, in
// the reader's language.
import type words from "../../crates/ledger/src/bundle/words.json";

/** Every reason there is; the command line knows the same ones. */
export type FaultCode = keyof typeof words.faults;

/** A reason with its particulars, such as the name of a file. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly data: Readonly<Record<string, string | number>> = {},
  ) {
    super(`${code} ${JSON.stringify(data)}`);
    this.name = "Fault";
  }

  /** The same fault, with more particulars. */
  with(data: Readonly<Record<string, string | number>>): Fault {
    return new Fault(this.code, { ...this.data, ...data });
  }
}

/** What was thrown, as a fault. */
export function faultOf(thrown: unknown): Fault {
  return thrown instanceof Fault ? thrown : new Fault("unforeseen");
}

/** What was thrown by something that gives only one reason for whatever is wrong with its form. */
export function asForm<T>(code: FaultCode, read: () => T): T {
  try {
    return read();
  } catch {
    throw new Fault(code);
  }
}
