import { RoamgridError } from '@roamgrid/kernel';

/** Files that a call may take in place of JSON. */
export type TextType = 'application/xml' | 'text/csv';

const FORMATS: Readonly<Record<string, { readonly type: TextType; readonly format: string }>> = {
  'application/xml': { type: 'application/xml', format: 'xml' },
  'text/xml': { type: 'application/xml', format: 'xml' },
  'text/csv': { type: 'text/csv', format: 'csv' },
};

/** @throws RoamgridError `unsupported_media_type` for a type that the call does not take */
export function textBody(
  taken: readonly TextType[],
  contentType: string | undefined,
  text: string,
): { readonly text: string; readonly format: string } {
  const [name = ''] = (contentType ?? '').split(';');
  const known = FORMATS[name.trim().toLowerCase()];
  if (known !== undefined && taken.includes(known.type)) return { text, format: known.format };
  throw new RoamgridError('unsupported_media_type', `a file is sent as ${taken.join(' or ')}`);
}

/** as any body that is no table of objects */
const LIMIT_BYTES = 1_048_576;

/** @throws RoamgridError `payload_too_large`; `malformed_request` for what is not UTF-8 */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let lengthBytes = 0;
  for await (const piece of body) {
    lengthBytes += piece.length;
    if (lengthBytes > LIMIT_BYTES) {
      throw new RoamgridError('payload_too_large', `at most ${String(LIMIT_BYTES)} bytes`);
    }
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    // the decoder says no more than that it cannot
    throw new RoamgridError('malformed_request', 'the body is not UTF-8');
  }
}
