const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a body; null where its bytes are not UTF-8. A reader that mends them would keep what nobody sent. */
export function textOfBody(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    // the decoder says no more than that it cannot
    return null;
  }
}
