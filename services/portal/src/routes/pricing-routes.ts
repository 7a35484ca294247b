import {
  customerClass,
  draftTariff,
  identifier,
  stationClass,
  tariffRevision,
  tariffView,
  type TariffView,
} from '@roamgrid/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.js';
import { defineRoute } from '../http/route.js';
import { pageOf, tariffAnswer, tariffWithVersions } from './answers.js';

/** Prices are no secret inside the utility: whoever may read or work with them may see them. */
const readers = {
  scopes: ['sessions:read', 'billing:read', 'tariffs:write', 'tariffs:approve'],
} as const;

const version = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);
const revision = (answer: object): string => tariffRevision(answer as TariffView);
const tariffParams = z.strictObject({ tariffId: identifier });
const versionParams = z.strictObject({ tariffId: identifier, version });

type TariffWithVersions = z.infer<typeof tariffWithVersions>;
function newestRevision({ versions }: TariffWithVersions): string | null {
  const [newest] = versions;
  return newest === undefined ? null : tariffRevision(newest);
}

export const listTariffs = defineRoute({
  method: 'GET',
  path: '/tariffs',
  name: 'listTariffs',
  tag: 'Tariffs',
  summary: 'Tariff versions of the residential and commercial stores, newest first.',
  ...readers,
  query: z.strictObject({
    ...pageQuery,
    customerClass: customerClass.optional(),
    stationClass: stationClass.optional(),
    purpose: tariffView.shape.purpose.optional(),
    state: tariffView.shape.state.optional(),
  }),
  reply: pageOf(tariffAnswer),
});

export const getTariff = defineRoute({
  method: 'GET',
  path: '/tariffs/:tariffId',
  name: 'getTariff',
  tag: 'Tariffs',
  summary:
    'The newest published version of a tariff (the newest draft where none is) and all of them.',
  ...readers,
  params: tariffParams,
  reply: tariffWithVersions,
  revision: (answer) => newestRevision(answer as TariffWithVersions),
});

export const getTariffVersion = defineRoute({
  method: 'GET',
  path: '/tariffs/:tariffId/versions/:version',
  name: 'getTariffVersion',
  tag: 'Tariffs',
  summary: 'One version; once published it never changes.',
  ...readers,
  params: versionParams,
  reply: tariffAnswer,
  revision,
});

export const postTariff = defineRoute({
  method: 'POST',
  path: '/tariffs',
  name: 'draftTariff',
  tag: 'Tariffs',
  summary: 'Adds a tariff as a draft; `document` is an OCPI 2.2.1 tariff.',
  scopes: ['tariffs:write'],
  body: draftTariff.request
    .omit({ tariffId: true, author: true, revisions: true, dryRun: true })
    .extend({ purpose: tariffView.shape.purpose.default('wholesale') }),
  status: 201,
  reply: tariffAnswer,
  revision,
});

export const postTariffVersion = defineRoute({
  method: 'POST',
  path: '/tariffs/:tariffId/versions',
  name: 'draftTariffVersion',
  tag: 'Tariffs',
  summary: 'Adds a version of a tariff as a draft; `If-Match` names the newest version before it.',
  scopes: ['tariffs:write'],
  params: tariffParams,
  body: draftTariff.request.pick({ document: true }),
  status: 201,
  reply: tariffAnswer,
  revision,
});

const editedVersion = {
  path: '/tariffs/:tariffId/versions/:version',
  tag: 'Tariffs',
  summary: 'Changes a draft, with `If-Match`; a published version is 409 `immutable`.',
  scopes: ['tariffs:write'],
  params: versionParams,
  body: draftTariff.request.pick({ document: true }),
  reply: tariffAnswer,
  revision,
} as const;
export const putTariffVersion = defineRoute({
  method: 'PUT',
  name: 'replaceTariffVersion',
  ...editedVersion,
});
export const patchTariffVersion = defineRoute({
  method: 'PATCH',
  name: 'editTariffVersion',
  ...editedVersion,
});

export const deleteTariffVersion = defineRoute({
  method: 'DELETE',
  path: '/tariffs/:tariffId/versions/:version',
  name: 'withdrawTariffVersion',
  tag: 'Tariffs',
  summary: 'Withdraws a draft, with `If-Match`; a published version is 409 `immutable`.',
  scopes: ['tariffs:write'],
  params: versionParams,
  reply: tariffAnswer,
  revision,
});

export const postPublication = defineRoute({
  method: 'POST',
  path: '/tariffs/:tariffId/versions/:version/publish',
  name: 'publishTariff',
  tag: 'Tariffs',
  summary: 'Publishes a draft; needs another person than who wrote or changed it.',
  scopes: ['tariffs:approve'],
  params: versionParams,
  reply: tariffAnswer,
  revision,
});
