/** Ends what `shared-gateway.setup.mjs` has started. */
export default async function stopSharedGateways() {
  await globalThis.stopSharedGateways?.();
}
