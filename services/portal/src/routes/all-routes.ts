import type { Route } from '../http/route.js';
import * as agreement from './agreement-routes.js';
import * as bank from './bank-routes.js';
import * as billing from './billing-routes.js';
import * as approval from './approval-routes.js';
import * as reservation from './reservation-routes.js';
import * as correction from './correction-routes.js';
import * as driverContract from './driver-contract-routes.js';
import { NOT_BUILT_ROUTES } from './not-built-routes.js';
import * as negotiation from './negotiation-routes.js';
import * as operation from './operation-routes.js';
import * as plan from './plan-routes.js';
import * as pricing from './pricing-routes.js';
import * as settlement from './settlement-routes.js';
import * as imports from './import-routes.js';
import * as report from './report-routes.js';
import * as session from './session-routes.js';

/** Every call of a utility's API, in the order in which it is documented. */
export const ROUTES: readonly Route[] = [
  ...Object.values(session),
  ...Object.values(pricing),
  ...Object.values(plan),
  ...Object.values(agreement),
  ...Object.values(negotiation),
  ...Object.values(operation),
  ...Object.values(driverContract),
  ...Object.values(reservation),
  ...Object.values(billing),
  ...Object.values(settlement),
  ...Object.values(bank),
  ...Object.values(correction),
  ...Object.values(approval),
  ...Object.values(report),
  ...Object.values(imports),
  ...NOT_BUILT_ROUTES,
];
