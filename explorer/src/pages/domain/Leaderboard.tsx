/** The members of a domain in a table that can be sorted. Rows are made near the window only. */

import { useMemo, useRef, useState } from 'preact/hooks';
import { decimals, fixed } from '../../chain/numbers.ts';
import type { MembershipView } from '../../chain/views.ts';
import { Scroller } from '../../parts/Scroller.tsx';
import { Line } from '../../parts/Text.tsx';
import { useRange } from '../../parts/Windowed.tsx';
import { AgentLink, Nothing, Wag } from '../../parts/words.tsx';
import type { Standing } from '../../state/domains.ts';

/** How high a row is, as the style has it. */
const ROW = 44;

type Column = 'rating' | 'quality' | 'rounds' | 'paid';

/** The columns by which one can sort, and what they sort by: the greatest first. */
const COLUMNS: { column: Column; name: string; by: (of: Standing) => bigint }[] = [
  { column: 'rating', name: 'Rating', by: ({ member }) => member.membership.rating },
  { column: 'quality', name: 'Quality', by: ({ member }) => member.membership.quality ?? -1n },
  { column: 'rounds', name: 'Rounds', by: ({ member }) => BigInt(member.membership.rounds) },
  { column: 'paid', name: 'Earned', by: ({ earned }) => (earned ? gain(earned) : 0n) },
];

function gain({ paid, forfeited }: { paid: bigint; forfeited: bigint }): bigint {
  return paid - forfeited;
}

/** Sorted, with equal ones in the order of their addresses, so that they do not jump about. */
function sorted(members: Standing[], by: (of: Standing) => bigint, isUp: boolean): Standing[] {
  const way = isUp ? -1 : 1;
  const owner = ({ member }: Standing) => member.agent.owner;
  return [...members].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    if (left !== right) {
      return (left > right ? -1 : 1) * way;
    }
    return owner(a) < owner(b) ? -1 : 1;
  });
}

export function Leaderboard({ members }: { members: Standing[] }) {
  const [order, setOrder] = useState<{ column: Column; isUp: boolean }>({
    column: 'rating',
    isUp: false,
  });
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to } = useRange(body, members.length, ROW);
  const list = useMemo(() => {
    const by = COLUMNS.find(({ column }) => column === order.column)?.by ?? (() => 0n);
    return sorted(members, by, order.isUp);
  }, [members, order]);
  const sort = (column: Column) =>
    setOrder((old) => ({ column, isUp: old.column === column && !old.isUp }));
  if (members.length === 0) {
    return <Nothing>Nobody has joined it yet.</Nothing>;
  }
  return (
    <section aria-labelledby="members">
      <h2 id="members">
        Members <span class="count number">{members.length}</span>
      </h2>
      <Scroller name="Members, by what is known of them">
        <table class="leaderboard" aria-rowcount={members.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" class="right">
                <span class="visually-hidden">Place</span>
              </th>
              <th scope="col">Agent</th>
              <th scope="col" class="wide">
                Model
              </th>
              {COLUMNS.map(({ column, name }) => (
                <th
                  key={column}
                  scope="col"
                  class="right"
                  aria-sort={
                    order.column !== column ? 'none' : order.isUp ? 'ascending' : 'descending'
                  }
                >
                  <button type="button" class="sort" onClick={() => sort(column)}>
                    {name}
                    <span class="sort-mark" aria-hidden="true">
                      {order.column !== column ? '' : order.isUp ? '▲' : '▼'}
                    </span>
                  </button>
                </th>
              ))}
              <th scope="col">Seats</th>
              <th scope="col" class="wide">
                Claims
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            <Gap rows={from} />
            {list.slice(from, to).map((standing, at) => (
              <Member key={standing.member.agent.owner} standing={standing} place={from + at + 1} />
            ))}
            <Gap rows={members.length - to} />
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}

/** The room of rows that are not made. */
function Gap({ rows }: { rows: number }) {
  return rows > 0 ? (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr aria-hidden="true" class="gap">
      <td colSpan={9} style={{ height: `${rows * ROW}px` }} />
    </tr>
  ) : null;
}

function Member({ standing: { member, earned }, place }: { standing: Standing; place: number }) {
  const { agent, membership } = member;
  const claim = membership.claim?.declared.claim;
  return (
    <tr aria-rowindex={place + 1}>
      <td class="right number muted">{place}</td>
      <th scope="row">
        <AgentLink owner={agent.owner} />
      </th>
      <td class="wide">
        <Line of={agent.model} most={28} />
      </td>
      <td class="right number">{decimals(fixed(membership.rating), 3)}</td>
      <td class="right number">
        {decimals(membership.quality === undefined ? undefined : fixed(membership.quality), 3)}
      </td>
      <td class="right number">{membership.rounds}</td>
      <td class="right">{earned ? <Wag of={gain(earned)} /> : ''}</td>
      <td>
        <Roster membership={membership} isRetired={agent.retired} />
      </td>
      <td class="wide">{claim ? <Line of={claim.model.name} most={28} /> : ''}</td>
    </tr>
  );
}

/** Whether seats are drawn for a member. */
export function Roster({
  membership: { absences, suspended },
  isRetired,
}: {
  membership: MembershipView;
  isRetired: boolean;
}) {
  if (isRetired) {
    return <span class="muted">retired</span>;
  }
  if (suspended !== undefined) {
    return <span class="muted">suspended</span>;
  }
  if (absences === undefined) {
    return <span class="muted">off the roster</span>;
  }
  return <>{absences === 0 ? 'on the roster' : `absent ${absences} ×`}</>;
}
