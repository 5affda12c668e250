/** Bytes as the chain writes them for people: in hex. */

/** The bytes of a text in hex, with or without `0x`. Nothing if it is none. */
export function bytesOf(hex: string): Uint8Array | undefined {
  const digits = hex.replace(/^0x/, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    return undefined;
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, place) =>
    Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16),
  );
}
