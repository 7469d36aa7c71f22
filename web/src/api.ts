// Calls to our own API. The session is in a cookie that scripts cannot read; the header shows the server that the
// call comes from the console's own pages.

/** A text in the two languages that the server speaks. */
interface Words {
  zh: string;
  en: string;
}

/** An RFC 9457 problem with our two members: the rules that did not permit, and what would. */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  rules?: (Words & { id: string })[];
  way_out?: (Words & { kind: string })[];
}

/** The words in the language of the page. */
export function words(text: Words): string {
  return document.documentElement.lang.startsWith("zh") ? text.zh : text.en;
}

/** Posts JSON. What is not a success is thrown as a `Problem`; status 0 means that no answer came. */
export async function post<Answer>(path: string, body: unknown, signal: AbortSignal): Promise<Answer> {
  const none: Problem = { status: 0 };
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    cache: "no-store",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Requested-With": "tigertally" },
    body: JSON.stringify(body),
    signal,
  }).catch(() => Promise.reject(none));
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer) return answer as Answer;
  throw { ...(answer as object | null), status: response.status } as Problem;
}
