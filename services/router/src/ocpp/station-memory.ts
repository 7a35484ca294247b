/** What a router remembers of a station between its frames; all of it may be lost without harm. */
export class StationMemory {
  /** OCPP 1.6: whether the station answered that it knows the cost messages; null until it was asked */
  knowsCostMessages: boolean | null = null;
  /** OCPP 1.6: tags whose price the station took for its display, not yet started with */
  readonly shownPrices = new Set<string>();
  /** running cost last told, by transaction */
  readonly toldCosts = new Map<string, string>();
  /** transactions that were asked to stop */
  readonly askedToStop = new Set<string>();

  forgetTransaction(transactionId: string): void {
    this.toldCosts.delete(transactionId);
    this.askedToStop.delete(transactionId);
  }
}
