/** The mark: a cell of a comb. */

/** A hexagon with a cell in it. */
export function Hex({ size = 28 }: { size?: number }) {
  return (
    <svg class="hex" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path class="hex-wall" d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75Z" />
      <path class="hex-cell" d="M16 9.2 21.9 12.6v6.8L16 22.8l-5.9-3.4v-6.8Z" />
    </svg>
  );
}
