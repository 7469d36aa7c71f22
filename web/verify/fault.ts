// Why something was refused. A fault is a code with its particulars, never a sentence: the page has the sentences, in
// the reader's language.

/** Every reason there is. `words.ts` has a sentence for each, in each language. */
export type FaultCode =
  // Container
  | "zip-large" | "zip-cut" | "zip-name" | "zip-twice" | "zip-form"
  // Files and their forms
  | "file-missing" | "file-large" | "file-text" | "json" | "base64"
  // Keys and policy
  | "key-form" | "key-kind" | "key-second" | "policy-form" | "policy-logs" | "policy-other"
  | "trusted-form" | "trusted-other"
  // Notes and checkpoints
  | "note-form" | "note-unsigned" | "note-signature" | "checkpoint-form" | "checkpoint-origin" | "quorum"
  // Manifest
  | "manifest-format" | "manifest-origin" | "manifest-unlisted" | "manifest-absent" | "manifest-hash" | "manifest-order"
  // Entries
  | "entries-other" | "entry-form" | "entry-index" | "entry-body" | "entry-erased" | "leaf-form"
  // Proofs
  | "proofs-other" | "proof-form" | "proof-index" | "proof-checkpoint" | "inclusion" | "entry-unread"
  | "consistency-form" | "consistency-size" | "consistency" | "consistency-other" | "newer-same"
  // Time stamps
  | "stamp-folder" | "der" | "stamp-form" | "stamp-algorithm" | "stamp-imprint" | "stamp-attributes"
  | "stamp-signature" | "stamp-purpose" | "stamp-expired" | "stamp-chain" | "stamp-critical" | "stamp-crl"
  | "stamp-revoked" | "stamp-roots"
  // Anything that this program did not foresee
  | "unforeseen";

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
