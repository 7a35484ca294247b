import { Controller, Inject } from '@nestjs/common';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/report-routes.js';
import { makeReport } from '../use-cases/make-report.js';
import { readStatement } from '../use-cases/read-statement.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class ReportsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.getReport)
  get({ params, query, caller }: RouteCall<typeof routes.getReport>): Promise<object> {
    return makeReport(this.#portal, params.name, query, caller);
  }

  @Serves(routes.getStatement)
  statement({ query, caller }: RouteCall<typeof routes.getStatement>): Promise<object> {
    return readStatement(this.#portal, query, caller);
  }
}
