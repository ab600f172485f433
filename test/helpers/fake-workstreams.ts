import type { Registry } from '../../src/workstreams/registry/registry-file.ts';
import { requireWorkstreamName } from '../../src/workstreams/workstream-name.ts';
import type { Workstreams } from '../../src/workstreams/workstreams-contract.ts';

/** Workstreams in memory: `auth`, parked, with a control sequence in its description. Nothing of them changes. */
export function fakeWorkstreams(): Workstreams {
	const at = '2026-05-01T12:00:00.000Z';
	const entry = {
		name: requireWorkstreamName('auth'),
		description: 'move the login \x1b[2Jto tokens, which takes more columns than forty',
		status: 'parked' as const,
		created_at: at,
		last_touched: at,
		projects: [],
	};
	const texts = { entry, state: '# auth\n', plan: null, architecture: null };
	const registry: Registry = { schema_version: 1, workstreams: [entry] };
	const idea = { number: 1, text: 'an idea', added_at: at };
	const of = () => ({
		folder: '/w',
		state: '/w/state.md',
		backup: '/w/state.md.bak',
		plan: '/w/plan.md',
		architecture: '/w/architecture.md',
	});
	return {
		paths: { registry: '/w.json', ideas: '/i.json', of },
		registry: () => registry,
		ideas: () => ({ schema_version: 1, next: 2, ideas: [idea] }),
		texts: () => texts,
		attachedTo: () => null,
		savedAt: () => null,
		hasMarker: () => false,
		markers: () => new Map(),
		toldUntil: () => null,
		isToldInWords: () => false,
		hints: () => {
			throw new Error('this test has no hints');
		},
		tell: () => undefined,
		create: () => entry,
		createAll: () => undefined,
		save: () => entry,
		switchTo: () => texts,
		write: () => undefined,
		remove: () => undefined,
		addIdeas: () => [idea],
		removeIdea: () => idea,
	};
}
