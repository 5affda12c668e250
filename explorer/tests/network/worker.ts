/**
 * A worker that a test is itself (`docs/worker-protocol.md`): it answers and grades at once, as the
 * test wants it to, also what no honest model would say.
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A job as the node posts it, as far as it is looked at. */
interface Job {
  agent: string;
  kind: 'answer' | 'grade';
  prompt: string;
  reference?: string;
  candidates?: { author: number; text: string }[];
}

/** What the agents say. `agent` counts them in the order in which they come. */
export interface Mind {
  answer: (prompt: string, agent: number) => string;
  /** In basis points. */
  grade: (text: string, agent: number, reference: string) => number;
}

/** Agents that know sums, but for every third one; they grade by what they say themselves. */
export const SUMS: Mind = {
  answer: (prompt, agent) => {
    const [, left = '0', right = '0'] = prompt.match(/(\d+)\s*\+\s*(\d+)/) ?? [];
    return String(Number(left) + Number(right) + (agent % 3 === 2 ? agent : 0));
  },
  grade: (text, agent, reference) =>
    text === reference ? 8_000 + ((agent * 331) % 1_500) : 1_000 + ((agent * 577) % 2_500),
};

/** A worker that listens. */
export interface Worker {
  url: string;
  stop: () => Promise<void>;
}

/** Start one with this mind. */
export async function startWorker({ answer, grade }: Mind): Promise<Worker> {
  const agents: string[] = [];
  const numberOf = (agent: string) => {
    if (!agents.includes(agent)) {
      agents.push(agent);
    }
    return agents.indexOf(agent);
  };
  const reply = (job: Job) => {
    const agent = numberOf(job.agent);
    return job.kind === 'answer'
      ? { status: 'done', answer: answer(job.prompt, agent) }
      : {
          status: 'done',
          grades: (job.candidates ?? []).map(({ author, text }) => ({
            author,
            grade: grade(text, agent, job.reference ?? ''),
          })),
        };
  };
  const server = createServer(async (request, response) => {
    const body =
      request.method === 'POST' ? reply(JSON.parse(await textOf(request))) : { status: 'ok' };
    const bytes = Buffer.from(JSON.stringify(body));
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
      .end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
