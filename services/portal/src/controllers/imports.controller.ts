import { Controller, Inject } from '@nestjs/common';
import type { RouteCall } from '../http/route.js';
import { Serves } from '../http/serves.js';
import type { Portal } from '../ports.js';
import * as routes from '../routes/import-routes.js';
import { cardImporter } from '../use-cases/import-cards.js';
import { consumerImporter } from '../use-cases/import-consumers.js';
import { readImport, startImport } from '../use-cases/import-rows.js';
import { tariffImporter } from '../use-cases/import-tariffs.js';
import { PORTAL } from './portal-token.js';

@Controller()
export class ImportsController {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Serves(routes.postConsumerImport)
  importConsumers({ body, query }: RouteCall<typeof routes.postConsumerImport>): Promise<object> {
    return startImport(this.#portal, consumerImporter(this.#portal), body.table, query.dryRun);
  }

  @Serves(routes.postCardImport)
  importCards({ body, query }: RouteCall<typeof routes.postCardImport>): Promise<object> {
    return startImport(this.#portal, cardImporter(this.#portal), body.table, query.dryRun);
  }

  @Serves(routes.postTariffImport)
  importTariffs({
    body,
    query,
    caller,
  }: RouteCall<typeof routes.postTariffImport>): Promise<object> {
    const importer = tariffImporter(this.#portal, caller.subject);
    return startImport(this.#portal, importer, body.table, query.dryRun);
  }

  @Serves(routes.getImport)
  get({ params }: RouteCall<typeof routes.getImport>): Promise<object> {
    return readImport(this.#portal, params.importId);
  }
}
