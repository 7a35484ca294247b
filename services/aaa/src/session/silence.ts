import type { Session } from './session.js';

/** On the session and its CDR: nothing was heard of it for so long that what it had reserved was given back. */
export const SILENT = 'silent';

export const isSilent = ({ progress }: Pick<Session, 'progress'>): boolean =>
  progress.flags.includes(SILENT);
