/** What an audit says of a member: the cells of a row, with their heads. */

import { type AuditRules, flagsOf, greatestMargin, type StandingView } from '../chain/audits.ts';
import { fixed } from '../chain/numbers.ts';
import { Bar } from './Bar.tsx';
import { Block } from './words.tsx';

/** The heads of the cells that `Measures` makes. */
export function MeasureHeads({ rules }: { rules: AuditRules }) {
  return (
    <>
      <th scope="col" class="right">
        Epoch
      </th>
      <th scope="col" class="right">
        Prompts
      </th>
      <th scope="col">Margin, flag above {fixed(rules.contrast.threshold)}</th>
      <th scope="col">Distance, flag above {fixed(rules.distance.deviations)}</th>
      <th scope="col">Replay, flag beyond ±{fixed(rules.replay.deviations)}</th>
      <th scope="col" class="right">
        Not opened
      </th>
      <th scope="col">Flags in a row</th>
    </>
  );
}

/** What was said of one member. */
export function Measures({ standing, rules }: { standing: StandingView; rules: AuditRules }) {
  const { epoch, prompts, distance, replay, conduct, suspended } = standing;
  const [far, unlikely] = [fixed(rules.distance.deviations), fixed(rules.replay.deviations)];
  const flags = flagsOf(standing);
  return (
    <>
      <td class="right number">{epoch}</td>
      <td class="right number">{prompts}</td>
      <td>
        <Bar
          value={greatestMargin(standing)}
          limit={fixed(rules.contrast.threshold)}
          range={[-1, 1]}
          places={3}
        />
      </td>
      <td>
        <Bar value={fixed(distance)} limit={far} range={[0, 2 * far]} places={2} />
      </td>
      <td>
        <Bar
          value={replay === undefined ? undefined : Math.abs(fixed(replay))}
          limit={unlikely}
          range={[0, 2 * unlikely]}
          places={2}
        />
      </td>
      <td class="right number">
        {conduct.exceptions} of {conduct.seats}
      </td>
      <td>
        {flags.length === 0 && suspended === undefined ? 'none' : flags.join(', ')}
        {suspended !== undefined && (
          <span class="bad">
            {flags.length > 0 && ', '}suspended since <Block number={suspended} />
          </span>
        )}
      </td>
    </>
  );
}
