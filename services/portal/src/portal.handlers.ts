import { Controller, Inject } from '@nestjs/common';
import { project, traceSteps, type RequestOf } from '@roamgrid/contracts';
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
    steps,
  }: RequestOf<typeof project>): Promise<Record<string, never>> {
    const sortAtMs = parseInstant(sortAt);
    await this.#portal.views.project({ kind, id, facet, sortAtMs, data }, steps);
    return {};
  }

  @Handles(traceSteps)
  async traceSteps(request: RequestOf<typeof traceSteps>): Promise<Record<string, never>> {
    await this.#portal.traces.add(request.sessionId, request.steps);
    return {};
  }
}
