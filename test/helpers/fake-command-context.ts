import { BUILT_IN_ADAPTERS, createRegistry } from '../../src/agents/registry.ts';
import type { CommandContext } from '../../src/commands/context.ts';
import { DEFAULT_CONFIG } from '../../src/config/defaults.ts';
import { relayPaths } from '../../src/config/xdg-paths.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Ledger } from '../../src/limits/ledger.ts';
import type { LedgerEntry, RefusedLogin } from '../../src/limits/ledger-file.ts';
import type { Conversation } from '../../src/relay/contract.ts';
import { Machine } from './fake-machine.ts';

/** What a command works with, beside a fake relay; parts that a test does not give refuse. */
export function fakeCommandContext(
	{ relay, clock }: { relay: Conversation; clock: Clock },
	over: Partial<CommandContext> = {},
): CommandContext {
	const absent = (part: string) => () => Promise.reject(new Error(`this test has no ${part}`));
	const env = { HOME: '/home/u' };
	return {
		env,
		home: '/home/u',
		clock,
		paths: relayPaths(env),
		processes: new Machine().processes,
		ownName: 'agent-relay',
		notice: () => undefined,
		repo: absent('repo'),
		git: absent('git'),
		store: absent('store'),
		ledger: async () => fakeLedger(),
		settings: async () => ({
			loaded: { config: DEFAULT_CONFIG, origins: new Map(), notices: [], repoConfig: null },
			registry: createRegistry(BUILT_IN_ADAPTERS),
			isRepoObeyed: true,
		}),
		conversation: relay,
		agents: () => relay.agents(),
		candidates: () => relay.limits(),
		askVersion: async () => null,
		...over,
	};
}

/** A ledger in memory that holds what it is given. */
export function fakeLedger({
	entries = [],
	refused = [],
}: {
	entries?: readonly LedgerEntry[];
	refused?: readonly RefusedLogin[];
} = {}): Ledger {
	let [limits, logins] = [[...entries], [...refused]];
	const refuse = () => {
		throw new Error('this test meets no limit');
	};
	return {
		entries: () => [...limits],
		record: refuse,
		isLimited: () => null,
		succeeded: () => undefined,
		refuseLogin: refuse,
		refusedLogin: () => null,
		refusedLogins: () => [...logins],
		clear: (agent) => {
			const isMeant = (one: { agent: string }) => agent === undefined || one.agent === agent;
			const forgotten = limits.filter(isMeant);
			limits = limits.filter((one) => !isMeant(one));
			logins = logins.filter((one) => !isMeant(one));
			return forgotten;
		},
	};
}
