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
