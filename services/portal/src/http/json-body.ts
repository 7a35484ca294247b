import { RoamgridError } from '@roamgrid/kernel';
import { LosslessNumber, parse } from 'lossless-json';

const INTEGER = /^-?\d+$/;

/** An integer that fits is a number; anything else keeps its digits, for a schema to judge. */
function readNumber(lexeme: string): number | LosslessNumber {
  const value = Number(lexeme);
  return INTEGER.test(lexeme) && Number.isSafeInteger(value) ? value : new LosslessNumber(lexeme);
}

/** @throws RoamgridError `malformed_request` */
export function parseJsonBody(text: string): unknown {
  try {
    return parse(text, undefined, { parseNumber: readNumber });
  } catch {
    // the parser's message quotes the body, which may hold a CIN
    throw new RoamgridError('malformed_request', 'the body is not JSON', [
      { path: '', message: 'not JSON' },
    ]);
  }
}

/** @throws RoamgridError `unsupported_media_type` */
export function checkJsonType(contentType: string | undefined): void {
  const [type = ''] = (contentType ?? '').split(';');
  if (!/^application\/([a-z0-9.+-]+\+)?json$/i.test(type.trim())) {
    throw new RoamgridError('unsupported_media_type', 'a body is sent as application/json');
  }
}
