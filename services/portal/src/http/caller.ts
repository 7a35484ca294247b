/** Who calls, as the token says. */
export interface Caller {
  /** tells people apart for the four-eyes rule */
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** the charging-infrastructure provider this token is confined to */
  readonly provider: string | null;
}
