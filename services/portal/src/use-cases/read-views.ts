import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { Caller } from '../http/caller.js';
import { readCursor, writeCursor } from '../http/page.js';
import type { Condition, Portal } from '../ports.js';
import { present } from '../read-model/present.js';
import type { JsonObject, View, ViewKind } from '../read-model/view.js';

export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface ListRequest {
  readonly kind: ViewKind;
  readonly query: ListQuery;
  readonly conditions: readonly (Condition | null)[];
  readonly caller: Caller;
}

/** What both `GET /…` and searches answer; also where there can be no second page. */
export interface ViewPage {
  readonly items: JsonObject[];
  readonly nextCursor: string | null;
}

/** A filter that was not asked for is null. */
export function having(member: string, value: string | undefined): Condition | null {
  return value === undefined ? null : { members: [member], equals: value };
}

/** The utility on the other side, whichever role it has there. */
export function withPartner(partner: string | undefined): Condition | null {
  if (partner === undefined) return null;
  return { members: ['homeUtility', 'visitedUtility', 'partner'], equals: partner };
}

/** As home: our consumers, wherever they charged. As visited: our stations, whoever came. */
export function inRole(role: 'home' | 'visited' | undefined, utility: string): Condition | null {
  if (role === undefined) return null;
  return { members: [role === 'home' ? 'homeUtility' : 'visitedUtility'], equals: utility };
}

function instantMs(text: string | undefined): number | null {
  return text === undefined ? null : parseInstant(text);
}

/** One page of a kind, newest first, with what its owners have committed up to now. */
export async function listViews(portal: Portal, request: ListRequest): Promise<ViewPage> {
  const { kind, query, caller } = request;
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const own: Condition[] = caller.provider === null ? [] : [{ stationOfProvider: caller.provider }];
  await portal.freshness.ensure(kind);
  const found = await portal.views.list({
    kind,
    limit: query.limit,
    after,
    fromMs: instantMs(query.from),
    toMs: instantMs(query.to),
    conditions: [...own, ...request.conditions.filter((condition) => condition !== null)],
  });
  const views = found.slice(0, query.limit);
  const last = views.at(-1);
  return {
    items: views.map((view) => present(kind, view, caller)),
    nextCursor: found.length > query.limit && last !== undefined ? writeCursor(last) : null,
  };
}

async function belongsToProvider(portal: Portal, view: View, provider: string): Promise<boolean> {
  const stationId = view.data['stationId'];
  const station =
    typeof stationId === 'string' && stationId !== view.id
      ? await portal.views.find('station', stationId)
      : view;
  const data = station === null ? {} : present('station', station, null);
  const record = data['document'] as JsonObject | undefined;
  return (data['provider'] ?? record?.['provider']) === provider;
}

/**
 * @throws RoamgridError `not_found`, the same for what is not there and for what is not the caller's;
 *   `peer_unreachable` where nobody can say yet
 */
export async function findView(
  portal: Portal,
  kind: ViewKind,
  id: string,
  caller: Caller,
): Promise<View> {
  const view = await portal.freshness.find(kind, () => portal.views.find(kind, id));
  if (
    view === null ||
    (caller.provider !== null && !(await belongsToProvider(portal, view, caller.provider)))
  ) {
    throw new RoamgridError('not_found', 'no such object');
  }
  return view;
}

export async function getView(
  portal: Portal,
  kind: ViewKind,
  id: string,
  caller: Caller,
): Promise<JsonObject> {
  return present(kind, await findView(portal, kind, id, caller), caller);
}
