import { Controller, Inject } from '@nestjs/common';
import { project, traceStep, type RequestOf } from '@roamgrid/contracts';
import { parseInstant } from '@roamgrid/kernel';
import { Handles } from '@roamgrid/messaging';
import { PORTAL } from './controllers/portal-token.js';
import type { Portal } from './ports.js';

/** The portal's messages: what its own utility's services publish into the read model. */
@Controller()
export class PortalHandlers {
  readonly #portal: Portal;

  constructor(@Inject(PORTAL) portal: Portal) {
    this.#portal = portal;
  }

  @Handles(project)
  async project({
    kind,
    id,
    facet,
    sortAt,
    data,
  }: RequestOf<typeof project>): Promise<Record<string, never>> {
    await this.#portal.views.project({ kind, id, facet, sortAtMs: parseInstant(sortAt), data });
    return {};
  }

  @Handles(traceStep)
  async traceStep(step: RequestOf<typeof traceStep>): Promise<Record<string, never>> {
    await this.#portal.traces.add(step);
    return {};
  }
}
