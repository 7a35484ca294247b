/** What recomputing a chain of blocks found. */
export type ChainVerdict =
  | { readonly intact: true; readonly height: bigint; readonly headHash: string }
  | {
      readonly intact: false;
      /** the first block that does not fit */
      readonly blockNumber: bigint;
      readonly reason: string;
    };
