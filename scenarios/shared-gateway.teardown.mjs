/** Ends what `shared-gateway.setup.mjs` has started. */
export default async function stopSharedGateway() {
  await globalThis.stopSharedGateway?.();
}
