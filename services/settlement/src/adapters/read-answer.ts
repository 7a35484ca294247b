/** Nothing that another's system has to say about one order is longer. */
const GREATEST_ANSWER_BYTES = 65_536;

/** Another's system says more than it may; what it said is not looked at. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/**
 * The text of an answer of a system that is not ours. It is read up to a cap, after unpacking, and then cut off: the
 * connection ends. How long it may take is the caller's signal.
 *
 * @throws AnswerTooLong, or what the connection broke with
 */
export async function readAnswer(
  response: Response,
  greatestBytes = GREATEST_ANSWER_BYTES,
): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // leaving the loop cancels the stream
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > greatestBytes) {
      throw new AnswerTooLong(`the answer is longer than ${String(greatestBytes)} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What another's system names something by: short, and of nothing that a database or a screen chokes on. */
export const REFERENCE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/** What another's system said, as it may be kept and shown: short, and without control characters. */
export function plainText(text: string, characters: number): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, characters);
}
