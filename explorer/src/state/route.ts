/** Which page is shown: the part of the address behind the `#`, so that any server will do. */

import { computed, signal } from '@preact/signals';
import { standardAddress } from '../chain/address.ts';

export type Route =
  | { page: 'rounds' }
  | { page: 'round'; id: number }
  | { page: 'domains' }
  | { page: 'domain'; id: number }
  | { page: 'agent'; owner: string }
  | { page: 'audits' }
  | { page: 'audit'; id: number }
  | { page: 'ask' }
  | { page: 'verify' }
  /** `why` says what is wrong, where that is clear. */
  | { page: 'nowhere'; why?: string };

const hash = signal(location.hash);

addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** The highest number that a round can have here, and a domain on any chain. */
const MOST_ROUND = 999_999_999_999_999;
const MOST_DOMAIN = 0xffff_ffff;

/** The number of a round or domain, if it is one and no higher than `most`. */
function number(text: string, most: number): number | undefined {
  return /^\d{1,15}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** What an address means. */
export function routeOf(text: string): Route {
  const [page = '', name, ...more] = text.replace(/^#?\/?/, '').split('/');
  if (more.length > 0) {
    return { page: 'nowhere' };
  }
  if (name === undefined || name === '') {
    switch (page) {
      case '':
      case 'rounds':
        return { page: 'rounds' };
      case 'domains':
        return { page: 'domains' };
      case 'audits':
        return { page: 'audits' };
      case 'ask':
        return { page: 'ask' };
      case 'verify':
        return { page: 'verify' };
    }
    return { page: 'nowhere' };
  }
  switch (page) {
    case 'rounds': {
      const id = number(name, MOST_ROUND);
      return id === undefined
        ? { page: 'nowhere', why: 'No round has such a number.' }
        : { page: 'round', id };
    }
    case 'domains': {
      const id = number(name, MOST_DOMAIN);
      return id === undefined
        ? { page: 'nowhere', why: 'No domain has such a number.' }
        : { page: 'domain', id };
    }
    case 'agents': {
      const owner = standardAddress(name);
      return owner === undefined
        ? { page: 'nowhere', why: 'This is no address of an account: a character of it is wrong.' }
        : { page: 'agent', owner };
    }
    case 'audits': {
      const id = number(name, MOST_DOMAIN);
      return id === undefined
        ? { page: 'nowhere', why: 'No domain has such a number.' }
        : { page: 'audit', id };
    }
  }
  return { page: 'nowhere' };
}

/** Which page is shown. */
export const route = computed(() => routeOf(hash.value));

/** The title of the window on a page. Nothing that strangers wrote is in it. */
export function titleOf(to: Route): string {
  switch (to.page) {
    case 'rounds':
      return 'Rounds';
    case 'round':
      return `Round ${to.id}`;
    case 'domains':
      return 'Domains';
    case 'domain':
      return `Domain ${to.id}`;
    case 'agent':
      return `Agent ${to.owner.slice(0, 6)}…`;
    case 'audits':
      return 'Audits';
    case 'audit':
      return `Audit of domain ${to.id}`;
    case 'ask':
      return 'Ask';
    case 'verify':
      return 'Verify a receipt';
    case 'nowhere':
      return 'No such page';
  }
}
