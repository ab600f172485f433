import { BUILT_IN_ADAPTERS, createRegistry } from '../../src/agents/registry.ts';
import type { CommandContext } from '../../src/commands/context.ts';
import { DEFAULT_CONFIG } from '../../src/config/defaults.ts';
import { relayPaths } from '../../src/config/xdg-paths.ts';
import type { Clock } from '../../src/core/clock.ts';
import { RelayError } from '../../src/core/errors.ts';
import { parseSessionId } from '../../src/core/ids.ts';
import type { RepoFacts } from '../../src/git/repo-facts.ts';
import type { Ledger } from '../../src/limits/ledger.ts';
import type { LedgerEntry, RefusedLogin } from '../../src/limits/ledger-file.ts';
import type { Conversation } from '../../src/relay/conversation-contract.ts';
import { listLineages } from '../../src/sessions/listing/lineage-list.ts';
import type { IndexedSession, SessionIndex } from '../../src/sessions/listing/session-index.ts';
import type { ListOptions, SessionSummary } from '../../src/sessions/listing/session-list.ts';
import type { SessionStore } from '../../src/sessions/store/session-store.ts';
import { Witness } from '../../src/sessions/witness/witness.ts';
import { Machine } from './fake-machine.ts';
import { fakeNames } from './fake-names.ts';
import { fakeSessionMeta } from './fake-session-meta.ts';
import { fakeWorkstreams } from './fake-workstreams.ts';
import { QUIET_FRONT_END } from './quiet-front-end.ts';

const REPO: RepoFacts = {
	kind: 'worktree',
	root: '/nowhere/repo',
	worktree: '/nowhere/repo',
	folder: '/nowhere/repo',
	commonDir: '/nowhere/repo/.git',
	gitDir: '/nowhere/repo/.git',
	branch: 'main',
	head: null,
};

/** Nothing can be made in it. */
const NO_HOME = '/dev/null/home';

/** What a command works with, beside a fake relay; parts that a test does not give refuse. */
export function fakeCommandContext(
	{ relay, clock }: { relay: Conversation; clock: Clock },
	over: Partial<CommandContext> = {},
): CommandContext {
	const absent = (part: string) => () => Promise.reject(new Error(`this test has no ${part}`));
	const env = { HOME: NO_HOME };
	const names = fakeNames(REPO.folder);
	return {
		env,
		home: NO_HOME,
		clock,
		paths: relayPaths(env),
		processes: new Machine().processes,
		ownName: 'agent-relay',
		folder: REPO.folder,
		called: (path) => `/${path}`,
		notice: () => undefined,
		repo: async () => REPO,
		git: absent('git'),
		store: async () => fakeStore([fakeSummary(clock.now() - 7_200_000)]),
		ledger: async () => fakeLedger(),
		history: absent('index'),
		quota: async () => ({ windows: () => [], record: () => undefined }),
		otherStores: async () => [],
		workstreams: async () => fakeWorkstreams(),
		names: async () => names,
		checkName: async () => undefined,
		enterName: async () => undefined,
		findProgram: async () => null,
		copy: async () => null,
		pruneDeps: absent('place to prune'),
		raceDeps: absent('race'),
		ports: absent('place for conversations'),
		elsewhere: () => {
			throw new Error('this test has no other place');
		},
		parentTurn: null,
		...QUIET_FRONT_END,
		settings: async () => ({
			loaded: { config: DEFAULT_CONFIG, origins: new Map(), notices: [], repoConfig: null },
			registry: createRegistry(BUILT_IN_ADAPTERS),
			isRepoObeyed: true,
		}),
		conversation: relay,
		agents: () => relay.agents.all(),
		candidates: () => relay.agents.candidates(),
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

/** A store in memory that lists what it is given, and opens nothing. `onList`: told which kinds were asked for. */
export function fakeStore(
	found: readonly SessionSummary[],
	onList: (kinds: ListOptions['kinds']) => void = () => undefined,
): SessionStore {
	const refuse = () => {
		throw new Error('this test opens no session');
	};
	return {
		location: {
			folder: `${REPO.root}/.agent-relay`,
			repo: REPO,
			isElsewhere: false,
			others: [],
			kept: '/nowhere/kept',
			configFile: `${REPO.root}/.agent-relay/config.toml`,
			notice: null,
		},
		list: ({ limit = found.length, status, isFolded = false, kinds } = {}) => {
			onList(kinds);
			return found
				.filter((one) => status === undefined || one.status === status)
				.filter(({ meta }) => !isFolded || meta?.kind !== 'race' || meta.parent === null)
				.slice(0, limit);
		},
		lineages: (filter = {}) => {
			const sessions = found.map(asIndexed);
			const at = (place: number) => {
				const session = sessions[place];
				if (session === undefined) throw new Error(`no session at ${place}`);
				return session;
			};
			const index: SessionIndex = {
				ids: sessions.map(({ id }) => id),
				parent: (place) => at(place).parent,
				lastUsedAt: (place) => at(place).lastUsedAt,
				label: (place) => at(place).label,
				session: at,
				words: (place) => at(place).summary?.meta?.objective ?? '',
			};
			return { ...listLineages(index, filter), ids: index.ids };
		},
		summary: ({ summary }) => summary,
		create: refuse,
		open: refuse,
		change: refuse,
		finishRemovals: () => [],
		read: refuse,
		status: () => ({ status: 'completed', reason: null }),
		folderOf: (id) => `${REPO.root}/.agent-relay/sessions/${id}`,
		witness: (id) => new Witness('/nowhere/witness', id, { now: () => 0 }),
		remove: refuse,
		refuseLocked: refuse,
		resolve: (ref) => {
			const one = found.find(({ id }) => ref === 'latest' || id === ref);
			if (one !== undefined) return one.id;
			throw new RelayError('no_such_session', `no session matches ${JSON.stringify(ref)}`);
		},
		turns: refuse,
		lineage: refuse,
		story: () => [],
		make: refuse,
	};
}

function asIndexed(summary: SessionSummary): IndexedSession {
	const { id, folder, lastUsedAt, status, meta } = summary;
	return {
		id,
		folder,
		parent: parseSessionId(meta?.parent ?? ''),
		lastUsedAt,
		turns: meta?.turn_count ?? 0,
		costUsd: meta?.usage.cost_usd ?? 0,
		label: {
			status,
			isArchived: false,
			tags: [],
			name: 'default',
			isEntrant: meta?.kind === 'race' && meta.parent !== null,
			agents: Object.keys(meta?.agents ?? {}),
			behind: [],
			costSource: meta?.usage.cost_source ?? 'none',
			pricesAsOf: null,
		},
		summary,
	};
}

/** The records of a session that waits for its limit to end; its task has a control sequence in it. */
export function fakeSummary(lastUsedAt: number, over: Partial<SessionSummary> = {}): SessionSummary {
	const id = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ');
	if (id === null) throw new Error('not an id');
	return {
		id,
		folder: `/nowhere/repo/.agent-relay/sessions/${id}`,
		meta: fakeSessionMeta({ id, status: 'checkpointed', objective: 'fix \x1b[2Jthe login', turn_count: 4 }),
		status: 'checkpointed',
		reason: 'limit',
		lastUsedAt,
		problem: null,
		...over,
	};
}
