const CONTROL_OR_SLASH = /[\p{Cc}/\\]/u;

/** Whether an escaped character of the path stands for one that needs no escape. */
const NEEDLESS_ESCAPE = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

function decoded(segment: string): string | null {
  if (NEEDLESS_ESCAPE.test(segment)) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    // an escape that stands for no character
    return null;
  }
}

function isPlain(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !CONTROL_OR_SLASH.test(segment);
}

/**
 * The parts of a request's path as every program behind the edge reads them, or null for a path
 * that two programs could read differently: `//`, dots, a hidden slash, an escape that is not
 * needed. One slash at the end is allowed and says nothing.
 */
export function segmentsOf(url: string): readonly string[] | null {
  const [path = ''] = url.split(/[?#]/, 1);
  if (!path.startsWith('/')) return null;
  const parts = path.slice(1).split('/');
  if (parts.at(-1) === '') parts.pop();
  const segments: string[] = [];
  for (const part of parts) {
    const segment = decoded(part);
    if (segment === null || !isPlain(segment)) return null;
    segments.push(segment);
  }
  return segments;
}
