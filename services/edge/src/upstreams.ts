/** Where the edge sends what it does not answer itself; origins such as `http://127.0.0.1:4001`. */
export interface Upstreams {
  readonly router: string;
  readonly identity: string;
  /** where members are added; absent where nobody can */
  readonly consortium?: string | undefined;
  /** by the utility's slug; new ones may come */
  readonly portals: Readonly<Record<string, string>>;
}

/** What is behind a path: another program, a page of the edge's own, or nothing. */
export type Destination =
  | { readonly kind: 'upstream'; readonly origin: string; readonly greatestBodyBytes: number }
  | { readonly kind: 'page'; readonly name: PageName }
  | { readonly kind: 'nothing' };

export type PageName =
  | 'home'
  | 'docs'
  | 'openApi'
  | 'asyncApi'
  | 'live'
  | 'ready'
  | 'metrics'
  | 'console'
  | 'kiosk'
  | 'consortium';

const PAGES: ReadonlyMap<string, PageName> = new Map([
  ['', 'home'],
  ['docs', 'docs'],
  ['docs/openapi.json', 'openApi'],
  ['docs/asyncapi.json', 'asyncApi'],
  ['health/live', 'live'],
  ['health/ready', 'ready'],
  ['metrics', 'metrics'],
]);

/** What the programs behind the edge take of a body. */
const GREATEST_PORTAL_BODY_BYTES = 1_048_576;
/** of a table (`text/csv`) that becomes many objects, where tables are taken */
const GREATEST_TABLE_BYTES = 67_108_864;
const GREATEST_ROUTER_BODY_BYTES = 65_536;
/** as oidc-provider takes it */
const GREATEST_IDENTITY_BODY_BYTES = 57_344;

const GREATEST_CONSORTIUM_BODY_BYTES = 65_536;

/** behind `/{utility}/api/v1` */
const TABLE_PATHS: ReadonlySet<string> = new Set([
  'consumers',
  'tariffs',
  'imports/consumers',
  'imports/cards',
  'imports/tariffs',
]);
const CSV = /^text\/csv\s*(;|$)/i;

/** What of a request says where it goes and how large it may be, beside its path. */
export interface Sent {
  readonly method?: string | undefined;
  readonly contentType?: string | undefined;
}

const NOTHING: Destination = { kind: 'nothing' };

function upstream(origin: string, greatestBodyBytes: number): Destination {
  return { kind: 'upstream', origin, greatestBodyBytes };
}

function isTable(path: readonly string[], { method, contentType = '' }: Sent): boolean {
  return method === 'POST' && CSV.test(contentType.trim()) && TABLE_PATHS.has(path.join('/'));
}

function ofPortal(segments: readonly string[], { portals }: Upstreams, sent: Sent): Destination {
  const [utility = '', second, third, ...path] = segments;
  const origin = Object.hasOwn(portals, utility) ? portals[utility] : undefined;
  if (origin === undefined) return NOTHING;
  const isApi = second === 'api' && third === 'v1';
  const isWellKnown = second === '.well-known' && segments.length === 3;
  if (isApi && isTable(path, sent)) return upstream(origin, GREATEST_TABLE_BYTES);
  return isApi || isWellKnown ? upstream(origin, GREATEST_PORTAL_BODY_BYTES) : NOTHING;
}

/** Paths are compared as they are written: another case is another path. */
export function destinationOf(
  segments: readonly string[],
  upstreams: Upstreams,
  sent: Sent = {},
): Destination {
  const page = PAGES.get(segments.join('/'));
  if (page !== undefined) return { kind: 'page', name: page };
  switch (segments[0]) {
    case 'ocpp':
      return segments.length === 2
        ? upstream(upstreams.router, GREATEST_ROUTER_BODY_BYTES)
        : NOTHING;
    case 'station':
      return segments[1] === 'v1'
        ? upstream(upstreams.router, GREATEST_ROUTER_BODY_BYTES)
        : NOTHING;
    case 'oidc':
      return upstream(upstreams.identity, GREATEST_IDENTITY_BODY_BYTES);
    case 'consortium':
      return upstreams.consortium === undefined
        ? { kind: 'page', name: 'consortium' }
        : upstream(upstreams.consortium, GREATEST_CONSORTIUM_BODY_BYTES);
    case 'console':
    case 'kiosk':
      return { kind: 'page', name: segments[0] };
    default:
      return ofPortal(segments, upstreams, sent);
  }
}
