/** What is wrong with a race, said before anything is created. */
import type { AgentRegistry } from '../agents/registry.ts';
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Worktrees } from '../git/worktrees/worktree-types.ts';
import { refusalText } from '../limits/successor.ts';
import { allAgentFacts } from '../relay/agents/agent-facts.ts';
import { commandRefusal } from '../relay/agents/require-command.ts';
import type { AgentChoice } from '../relay/conversation-contract.ts';
import type { Policy, RelayDeps } from '../relay/ports.ts';
import type { RaceRequest } from './race-contract.ts';
import { checkCopyPaths, isCopied } from './run/copy-files.ts';

/** `claude,codex:o3`, as typed. Throws `unknown_agent` with the nearest names, `usage` for an empty name. */
export function parseEntrants(typed: readonly string[], registry: AgentRegistry): AgentChoice[] {
	return typed.map((name) => {
		if (name.trim() !== '') return registry.parse(name.trim());
		throw new RelayError('usage', 'An entrant has no name.', { hint: 'For example: --agents claude,codex' });
	});
}

/** Throws `usage` for a task, entrants, numbers or `--copy` paths that cannot be; returns the paths normalized. */
export function checkRequest(request: RaceRequest, checkout: string): { copy: string[] } {
	const { task, entrants, jobs, maxTimeMs, checkTimeMs, checks, setup } = request;
	if (task.trim() === '') throw new RelayError('usage', 'The race has no task.', { hint: EXAMPLE });
	if (entrants.length === 0) throw new RelayError('usage', 'The race has no entrants.', { hint: EXAMPLE });
	refuseTwice(entrants);
	if (!Number.isSafeInteger(jobs) || jobs < 1)
		throw new RelayError('usage', '--jobs takes a number from 1 up.');
	if (!(maxTimeMs > 0) || !(checkTimeMs > 0))
		throw new RelayError('usage', 'Time limits of a race are longer than nothing.');
	if ([...checks, setup].some((command) => command?.trim() === ''))
		throw new RelayError('usage', 'A check or the setup is an empty command.');
	return { copy: checkCopyPaths(request.copy, checkout) };
}

const EXAMPLE =
	'For example: agent-relay race "fix the failing test" --agents claude,codex --check "npm test"';

function refuseTwice(entrants: readonly AgentChoice[]): void {
	const seen = new Set<string>();
	for (const { agent, model } of entrants) {
		const name = model === null ? agent : `${agent}:${model}`;
		if (seen.has(name))
			throw new RelayError('usage', `${name} is an entrant twice.`, {
				hint: `An agent takes part again with another model: --agents ${name},${agent}:${model === null ? 'opus' : 'OTHER'}`,
			});
		seen.add(name);
	}
}

/** Throws `refused` where worktrees cannot be made: outside git, in a bare repo, before the first commit. */
export function requireCommit({ kind, root, head }: Pick<RepoFacts, 'kind' | 'root' | 'head'>): string {
	if (kind === 'none')
		throw new RelayError(
			'refused',
			`${root} is not a git repo; each entrant of a race works in a worktree of one.`,
			{
				hint: 'Make it one: git init && git add -A && git commit -m "first"',
			},
		);
	if (kind === 'bare')
		throw new RelayError('refused', `${root} is a bare repo; a race starts from a checkout.`, {
			hint: 'Start it in a worktree of that repo.',
		});
	if (head !== null) return head;
	throw new RelayError('refused', `${root} has no commit yet that entrants could start from.`, {
		hint: 'Commit first: git add -A && git commit -m "first"',
	});
}

/** Enough to see what it is about. */
const SHOWN_PATHS = 10;
/** So many that those covered by `--copy` cannot hide the others. */
const DIRTY_LOOK = 1_000;

/** Throws `refused` with the list where the checkout has changes that entrants would not see. */
export async function refuseDirty(
	worktrees: Pick<Worktrees, 'dirtyPaths'>,
	checkout: string,
	copied: readonly string[],
): Promise<void> {
	const dirty = (await worktrees.dirtyPaths(checkout, DIRTY_LOOK)).filter((path) => !isCopied(path, copied));
	if (dirty.length === 0) return;
	const shown = dirty.slice(0, SHOWN_PATHS).map((path) => safeLine(path, 80));
	const rest = dirty.length - shown.length;
	const list = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
	throw new RelayError('refused', `The checkout has changes that no entrant would see: ${list}`, {
		hint: 'Commit or stash them, or start from them as they are: --include-dirty',
	});
}

/** Why an entrant cannot start, with what helps; null when it can. A recorded limit is not a reason: it was asked for by name. */
export function obstacles(
	{ entrants, permissions, task }: RaceRequest,
	deps: RelayDeps,
): Array<string | null> {
	const facts = allAgentFacts(deps);
	const asked = { permissions: permissions ?? deps.config.permissions.preset, text: task };
	return entrants.map((entrant) => {
		const { agent } = entrant;
		const known = facts.find((one) => one.agent === agent);
		if (known === undefined) return `no agent ${agent} is known here`;
		if (known.refused !== null) return `${known.refused}; trust this repo with: agent-relay config trust`;
		if (!known.installed) return `not installed; install it with: ${known.install}`;
		if (known.loggedIn === 'no') return `not logged in; log in with: ${known.loginAdvice}`;
		if (known.refusedLogin !== null)
			return refusalText(known.refusedLogin, known.loginAdvice, deps.clock.now());
		const refusal = commandRefusal(entrant, asked, deps);
		return refusal === null ? null : [refusal.message, refusal.hint].filter(Boolean).join(' ');
	});
}

/** Throws when no entrant can start at all: `agent_not_installed` where none is installed, else `not_logged_in`. */
export function refuseNobody(
	entrants: readonly AgentChoice[],
	why: ReadonlyArray<string | null>,
	{ findExecutable }: Pick<Policy, 'findExecutable'>,
): void {
	if (why.some((reason) => reason === null)) return;
	const isInstalled = entrants.some(({ agent }) => findExecutable(agent).path !== null);
	const reasons = entrants.map(
		({ agent, model }, at) => `${agent}${model === null ? '' : `:${model}`}: ${why[at]}`,
	);
	throw new RelayError(
		isInstalled ? 'not_logged_in' : 'agent_not_installed',
		'No entrant of this race can start.',
		{ hint: reasons.join(' · ') },
	);
}
