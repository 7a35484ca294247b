import { readFile } from 'node:fs/promises';

/** A file that cannot be used; the message names the file and says why, in one line. */
export class UnusableFile extends Error {}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * The first member name that stands twice in one object, or `null`. Readers differ in which of the two they
 * take, so such a text could show one figure to its reader and another to its verifier.
 *
 * @param text valid JSON
 */
export function repeatedMember(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(previous) as string;
      const names = open.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
    previous = token;
  }
  return null;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

function reasonOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  const reason = hasCode ? REASONS[String(error.code)] : undefined;
  return reason ?? String(error);
}

/** @throws UnusableFile when the file cannot be read, is not JSON, or repeats a member */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UnusableFile(`cannot read ${path}: ${reasonOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnusableFile(`${path} is not JSON`);
  }
  const repeated = repeatedMember(text);
  if (repeated !== null) throw new UnusableFile(`${path} has the member "${repeated}" twice`);
  return value;
}
