/** What a token may open, as identity grants it. */
export const SCOPES = [
  'sessions:read',
  'billing:read',
  'billing:write',
  'tariffs:write',
  'tariffs:approve',
  'stations:write',
  'consumers:write',
  'audit:run',
] as const;
export type Scope = (typeof SCOPES)[number];
