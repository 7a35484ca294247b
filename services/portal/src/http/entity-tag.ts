import { RoamgridError } from '@roamgrid/kernel';

const TAG = /^"([\x21\x23-\x7e]{1,120})"$/;

/** RFC 9110 §8.8.3, strong. */
export function entityTag(revision: string): string {
  return `"${revision}"`;
}

/**
 * The revisions that `If-Match` names, `*` as itself; null without the header. A weak tag matches nothing
 * (RFC 9110 §13.1.1), so it is passed over.
 *
 * @throws RoamgridError `malformed_request`
 */
export function ifMatchOf(header: string | undefined): readonly string[] | null {
  if (header === undefined) return null;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.length === 1 && tags[0] === '*') return ['*'];
  return tags
    .filter((tag) => !tag.startsWith('W/'))
    .map((tag) => {
      const [, revision] = TAG.exec(tag) ?? [];
      if (revision !== undefined) return revision;
      throw new RoamgridError('malformed_request', 'If-Match cannot be read', [
        { path: 'If-Match', message: 'entity tags in quotes, or *' },
      ]);
    });
}
