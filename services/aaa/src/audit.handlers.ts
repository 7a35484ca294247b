import { Controller, Inject } from '@nestjs/common';
import {
  auditSessions,
  listEndedCharges,
  replayCharges,
  type AuditReport,
  type EndedCharge,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { Handles } from '@roamgrid/messaging';

export const AAA_AUDIT = Symbol('AaaAudit');

interface SessionAudit {
  check(): Promise<AuditReport>;
  endedCharges(after: string | null, limit: number): Promise<EndedCharge[]>;
  replay(page: RequestOf<typeof replayCharges>): Promise<ReplyOf<typeof replayCharges>>;
}

/** What an auditor asks of AAA, through the portal. */
@Controller()
export class AuditHandlers {
  readonly #audit: SessionAudit;

  constructor(@Inject(AAA_AUDIT) audit: SessionAudit) {
    this.#audit = audit;
  }

  @Handles(auditSessions)
  auditSessions(): Promise<AuditReport> {
    return this.#audit.check();
  }

  @Handles(listEndedCharges)
  async listEndedCharges({
    after,
    limit,
  }: RequestOf<typeof listEndedCharges>): Promise<ReplyOf<typeof listEndedCharges>> {
    return { items: await this.#audit.endedCharges(after, limit) };
  }

  @Handles(replayCharges)
  replayCharges(request: RequestOf<typeof replayCharges>): Promise<ReplyOf<typeof replayCharges>> {
    return this.#audit.replay(request);
  }
}
