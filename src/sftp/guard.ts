import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import { createTurns, type Turns } from '../turns.ts';

/** How wrong passwords are answered: later each time, and at last not at all for a while. */
export interface GuardLimits {
  /** The delay of the answer after the first wrong password; it doubles with each, up to the longest. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Wrong passwords for one account from one address, and from one address in all, before it is blocked. */
  readonly blockAfter: number;
  readonly blockAddressAfter: number;
  readonly blockMs: number;
}

export const guardLimits: GuardLimits = {
  firstDelayMs: 500,
  longestDelayMs: 8_000,
  blockAfter: 8,
  blockAddressAfter: 40,
  blockMs: 15 * 60_000,
};

/** Where passwords come from is an address, or of IPv6 the network of one: see networkOf. */
export interface Guard {
  /**
   * Looks at one password from this address after the other, in the order of the calls: what many connections try at
   * once is counted before the next is looked at.
   */
  inTurn<T>(address: string, look: () => Promise<T>): Promise<T>;
  /** Whether passwords for this account are not looked at now when they come from this address. */
  isBlocked(account: string, address: string): boolean;
  /** Counts a wrong password, and gives how many milliseconds to wait before saying so. */
  failed(account: string, address: string): number;
  passed(account: string, address: string): void;
}

/** Of IPv6 the first 64 bits: whoever has one address has the 2^64 of its network, and may try each from another. */
export function networkOf(address: string): string {
  // One of IPv4 in the clothes of IPv6 is one of IPv4.
  if (!isIPv6(address) || address.includes('.')) return address;
  const [before, after = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

interface Count {
  failures: number;
  last: number;
}

/** More is kept of nobody: whoever tries as many names makes the oldest forgotten. */
const MOST_COUNTS = 10_000;

/**
 * Counts by account and address, so that nobody can lock an account out from elsewhere, and by address, so that
 * nobody can try one password on every account. An account that is not there is counted like any other.
 */
export function createGuard(limits: GuardLimits, log: Logger, now: () => number): Guard {
  const counts = new Map<string, Count>();
  const queues = new Map<string, { readonly inTurn: Turns; waiting: number }>();

  function failures(key: string): number {
    const count = counts.get(key);
    return count && now() - count.last < limits.blockMs ? count.failures : 0;
  }

  function add(key: string): number {
    const count = { failures: failures(key) + 1, last: now() };
    counts.delete(key);
    counts.set(key, count);
    if (counts.size > MOST_COUNTS) counts.delete(counts.keys().next().value ?? '');
    return count.failures;
  }

  return {
    async inTurn(address, look) {
      const queue = queues.get(address) ?? { inTurn: createTurns(), waiting: 0 };
      queues.set(address, queue);
      queue.waiting += 1;
      try {
        return await queue.inTurn(look);
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(address);
      }
    },

    isBlocked: (account, address) =>
      failures(`${account} ${address}`) >= limits.blockAfter ||
      failures(address) >= limits.blockAddressAfter,

    failed(account, address) {
      const ofAccount = add(`${account} ${address}`);
      const ofAddress = add(address);
      if (ofAccount === limits.blockAfter)
        log.warn({ account, address, failures: ofAccount, ms: limits.blockMs }, 'blocked');
      if (ofAddress === limits.blockAddressAfter)
        log.warn({ address, failures: ofAddress, ms: limits.blockMs }, 'blocked');
      return Math.min(limits.firstDelayMs * 2 ** (ofAccount - 1), limits.longestDelayMs);
    },

    passed(account, address) {
      counts.delete(`${account} ${address}`);
    },
  };
}
