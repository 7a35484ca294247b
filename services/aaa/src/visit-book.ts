export interface StartedVisit {
  readonly sessionId: string;
  readonly visitedUtility: string;
  readonly pseudonym: string;
  readonly mandateId: string;
  readonly stationId: string;
  readonly startAt: string;
}

export interface EndedVisit extends Omit<StartedVisit, 'stationId' | 'startAt'> {
  readonly endAt: string;
}

export interface VisitBook {
  /** @returns false when it is known, or over already */
  start(visit: StartedVisit): Promise<boolean>;
  /** @returns where and when it began; null when no start was told */
  end(visit: EndedVisit): Promise<{ stationId: string; startAt: string } | null>;
}
