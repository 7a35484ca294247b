const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `cdr.document.sessionId` is the deepest place where a message names its session. */
const DEPTH = 3;

/**
 * The session that a message concerns: its `sessionId`, or that of the one document it carries. A message
 * about several, such as an invoice with its lines, names none; neither does anything but a UUID count.
 */
export function sessionOf(payload: unknown, depth = DEPTH): string | null {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return null;
  const members = payload as Readonly<Record<string, unknown>>;
  const own = members['kind'] === 'session' ? members['id'] : members['sessionId'];
  if (typeof own === 'string') return UUID.test(own) ? own : null;
  if (depth <= 1) return null;
  for (const member of Object.values(members)) {
    const found = sessionOf(member, depth - 1);
    if (found !== null) return found;
  }
  return null;
}
