import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../src/limits/ledger-file.ts';
import {
	type Candidate,
	type CandidateFacts,
	canTakeOverFrom,
	chooseSuccessor,
	type SuccessorQuery,
} from '../../../src/limits/successor.ts';

const NOW = Date.UTC(2026, 10, 21, 9);

const facts = (agent: string, known: Partial<CandidateFacts> = {}): CandidateFacts => ({
	agent,
	installed: true,
	loggedIn: 'yes',
	refusedLogin: null,
	isDemo: false,
	refused: null,
	install: `npm i -g ${agent}`,
	loginAdvice: `${agent} login`,
	...known,
});

const at = (agent: string, model: string | null = null): Candidate => ({ agent, model });

const entryUntil = (until: number, agent = 'claude'): LedgerEntry => ({
	agent,
	account: 'default',
	model: '*',
	recordedAt: NOW - 1000,
	until,
	isEstimated: false,
	strikes: 1,
	mark: null,
	limit: {
		kind: 'window',
		resetAt: until,
		window: 'five_hour',
		scope: 'account',
		source: { channel: 'event', rule: 'r', excerpt: 'e' },
		confidence: 'exact',
	},
});

const FOUR = ['claude', 'codex', 'gemini', 'opencode'];

function query(changes: Partial<SuccessorQuery> = {}): SuccessorQuery {
	return {
		order: FOUR.map((agent) => at(agent)),
		agents: FOUR.map((agent) => facts(agent)),
		limitOf: () => null,
		current: at('claude'),
		tried: [],
		hopsLeft: 4,
		now: NOW,
		timeZone: 'UTC',
		...changes,
	};
}

const limited = (until: Record<string, number>) => (candidate: Candidate) => {
	const end = until[candidate.model === null ? candidate.agent : `${candidate.agent}:${candidate.model}`];
	return end === undefined ? null : entryUntil(end, candidate.agent);
};
const verdicts = (changes: Partial<SuccessorQuery>) =>
	chooseSuccessor(query(changes)).candidates.map(({ agent, verdict }) => `${agent} ${verdict}`);

describe('an agent behind the one that takes the prompt', () => {
	it('is not looked at until somebody asks about it', () => {
		const looked: string[] = [];
		const watched = (agent: string): CandidateFacts => ({
			...facts(agent),
			get installed() {
				looked.push(agent);
				return true;
			},
		});
		const chosen = chooseSuccessor({
			order: [at('claude'), at('codex'), at('gemini')],
			agents: [facts('claude', { loggedIn: 'no' }), watched('codex'), watched('gemini')],
			limitOf: () => null,
			current: null,
			tried: [],
			hopsLeft: 1,
			now: NOW,
		});
		expect(chosen.choice).toEqual(at('codex'));
		expect(chosen.passedOver.map(({ agent, verdict }) => [agent, verdict])).toEqual([
			['claude', 'not_logged_in'],
		]);
		expect(looked).toEqual(['codex']);
		expect(chosen.candidates.map(({ agent, verdict }) => [agent, verdict])).toEqual([
			['claude', 'not_logged_in'],
			['codex', 'chosen'],
			['gemini', 'eligible'],
		]);
		expect(looked).toEqual(['codex', 'gemini']);
	});
});

describe('chooseSuccessor', () => {
	it('takes the first in order that can work and gives everyone one reason', () => {
		const { choice, candidates } = chooseSuccessor(query());
		expect(choice).toEqual(at('codex'));
		expect(candidates.map(({ agent, verdict, reason }) => [agent, verdict, reason])).toEqual([
			['claude', 'current', 'it just stopped'],
			['codex', 'chosen', 'first in order that can work'],
			['gemini', 'eligible', 'can work, but another comes first in order'],
			['opencode', 'eligible', 'can work, but another comes first in order'],
		]);
	});

	it('passes over who is not installed, refused, logged out or limited, and says what to do', () => {
		const { choice, candidates, earliestReset } = chooseSuccessor(
			query({
				agents: [
					facts('claude'),
					facts('codex', { installed: false }),
					facts('gemini', { loggedIn: 'no' }),
					facts('opencode', { refused: 'it lies inside this repo, which is not trusted' }),
				],
				limitOf: limited({ claude: NOW + 72 * 60_000 }),
			}),
		);
		expect(choice).toBeNull();
		expect(candidates.map(({ verdict, reason }) => `${verdict}: ${reason}`)).toEqual([
			'current: it just stopped: limited: 5-hour window used up, resets 10:12 (in 1 h 12 min)',
			'not_installed: not installed: npm i -g codex',
			'not_logged_in: not logged in: gemini login',
			'not_installed: it lies inside this repo, which is not trusted',
		]);
		expect(earliestReset).toBe(NOW + 72 * 60_000);
	});

	it('gives nobody’s words to an agent without a known login that they did not name, and promises nothing for it', () => {
		const unasked = facts('opencode', { loggedIn: 'unknown', isUnasked: true });
		const rest = [facts('claude'), facts('codex', { installed: false }), facts('gemini', { loggedIn: 'no' })];
		const limits = limited({ claude: NOW + 60_000, opencode: NOW + 30_000 });
		const asked = query({ agents: [...rest, unasked], limitOf: limits });
		expect(chooseSuccessor(asked)).toMatchObject({ choice: null, earliestReset: NOW + 60_000 });
		expect(chooseSuccessor({ ...asked, limitOf: () => null }).candidates.at(-1)).toEqual({
			...at('opencode'),
			verdict: 'no_login_known',
			reason: 'no login is known (opencode login), and you did not name it',
			resetAt: null,
		});
		expect(chooseSuccessor({ ...asked, explicit: at('opencode') }).choice).toEqual(at('opencode'));
	});

	it('says why a program that was found may not be started, rather than how to install it', () => {
		const refused = 'it lies inside this repo, which is not trusted';
		const { candidates } = chooseSuccessor(
			query({ agents: [facts('claude'), facts('codex', { installed: false, refused })] }),
		);
		expect(candidates[1]).toMatchObject({ verdict: 'not_installed', reason: refused });
	});

	it('counts an unknown login as yes, and an ended limit as none', () => {
		expect(
			chooseSuccessor(query({ agents: FOUR.map((agent) => facts(agent, { loggedIn: 'unknown' })) })).choice,
		).toEqual(at('codex'));
		expect(chooseSuccessor(query({ limitOf: () => entryUntil(NOW) })).choice).toEqual(at('codex'));
	});

	it('lets another model of the same agent work when only one model is limited', () => {
		const { choice } = chooseSuccessor(
			query({
				order: [at('claude', 'opus'), at('claude', 'sonnet'), at('codex')],
				current: at('claude', 'opus'),
				limitOf: limited({ 'claude:opus': NOW + 1e6 }),
			}),
		);
		expect(choice).toEqual(at('claude', 'sonnet'));
	});

	it('never goes back to who had the prompt already', () => {
		expect(verdicts({ current: at('codex'), tried: [at('claude')] })).toEqual([
			'claude already_tried',
			'codex current',
			'gemini chosen',
			'opencode eligible',
		]);
	});

	it('stops when the hand-overs of the prompt are used up, but lets a prompt begin', () => {
		const { choice, candidates } = chooseSuccessor(query({ hopsLeft: 0 }));
		expect(choice).toBeNull();
		expect(candidates[1]?.reason).toContain('limits.max_hops');
		expect(chooseSuccessor(query({ hopsLeft: 0, current: null })).choice).toEqual(at('claude'));
	});

	it('uses demo agents only where no real one is installed', () => {
		const demo = facts('demo-a', { isDemo: true });
		expect(
			chooseSuccessor(query({ agents: [facts('claude', { installed: false }), demo], current: null })).choice,
		).toEqual(at('demo-a'));
		expect(verdicts({ agents: [facts('claude'), demo], order: [at('claude'), at('demo-a')] })).toEqual([
			'claude current',
			'demo-a demo',
		]);
	});

	it('obeys the user’s own choice: ledger, order, login and hand-overs do not count', () => {
		const { choice, candidates } = chooseSuccessor(
			query({
				explicit: at('codex', 'big'),
				agents: [facts('claude'), facts('codex', { loggedIn: 'no' })],
				limitOf: () => entryUntil(NOW + 1e6),
				tried: [at('codex', 'big')],
				hopsLeft: 0,
			}),
		);
		expect(choice).toEqual(at('codex', 'big'));
		expect(candidates[0]).toMatchObject({ verdict: 'chosen', reason: 'you chose it' });
	});

	it('takes nobody else when the user’s own choice is not installed', () => {
		const agents = [facts('claude'), facts('codex', { installed: false })];
		const { choice, candidates } = chooseSuccessor(query({ explicit: at('codex'), agents }));
		expect(choice).toBeNull();
		expect(candidates[0]).toMatchObject({ agent: 'codex', verdict: 'not_installed' });
	});

	it('reports the earliest reset of those that could work then', () => {
		const { earliestReset } = chooseSuccessor(
			query({
				agents: [
					facts('claude'),
					facts('codex', { loggedIn: 'no' }),
					facts('gemini'),
					facts('opencode', { installed: false }),
				],
				limitOf: limited({ claude: NOW + 3000, codex: NOW + 1000, gemini: NOW + 2000, opencode: NOW + 500 }),
			}),
		);
		expect(earliestReset).toBe(NOW + 2000);
	});

	const anAgent = fc.constantFrom('claude', 'codex', 'gemini', 'opencode', 'mine', 'demo-a', 'demo-b');
	const aCandidate = fc.record({ agent: anAgent, model: fc.constantFrom(null, 'a', 'b') });
	const someFacts = fc.uniqueArray(
		fc.record({
			agent: anAgent,
			installed: fc.boolean(),
			loggedIn: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
			refused: fc.constantFrom(null, 'refused'),
		}),
		{ selector: ({ agent }) => agent },
	);
	const aQuery = fc
		.record({
			order: fc.array(aCandidate, { maxLength: 6 }),
			known: someFacts,
			limits: fc.dictionary(
				fc.constantFrom(...FOUR, 'claude:a', 'codex:b'),
				fc.integer({ min: NOW - 5000, max: NOW + 5000 }),
			),
			current: fc.option(aCandidate),
			tried: fc.array(aCandidate, { maxLength: 4 }),
			hopsLeft: fc.integer({ min: 0, max: 4 }),
		})
		.map(({ known, limits, ...rest }) =>
			query({
				...rest,
				agents: known.map(({ agent, ...one }) => facts(agent, { ...one, isDemo: agent.startsWith('demo') })),
				limitOf: limited(limits),
			}),
		);
	const isSame = (one: Candidate, other: Candidate) => one.agent === other.agent && one.model === other.model;

	it('never chooses who is limited, not installed, logged out, refused, tried or current, nor a demo agent next to a real one', () => {
		fc.assert(
			fc.property(aQuery, (asked) => {
				const { choice } = chooseSuccessor(asked);
				if (choice === null) return;
				const chosen = asked.agents.find(({ agent }) => agent === choice.agent);
				expect(chosen).toMatchObject({ installed: true, refused: null });
				expect(chosen?.loggedIn).not.toBe('no');
				expect(asked.limitOf(choice)?.until ?? 0).toBeLessThanOrEqual(NOW);
				for (const other of [...asked.tried, ...(asked.current === null ? [] : [asked.current])])
					expect(isSame(other, choice)).toBe(false);
				if (chosen?.isDemo)
					expect(asked.agents.some(({ installed, isDemo }) => installed && !isDemo)).toBe(false);
			}),
		);
	});

	it('gives the same answer to the same question, each candidate once with a reason, the chosen one marked', () => {
		fc.assert(
			fc.property(aQuery, (asked) => {
				const answer = chooseSuccessor(asked);
				expect(chooseSuccessor(asked)).toEqual(answer);
				expect(answer.candidates.every(({ reason }) => reason !== '')).toBe(true);
				expect(new Set(answer.candidates.map(({ agent, model }) => `${agent}:${model}`)).size).toBe(
					answer.candidates.length,
				);
				const marked = answer.candidates.filter(({ verdict }) => verdict === 'chosen');
				expect(marked.map(({ agent, model }) => ({ agent, model }))).toEqual(
					answer.choice === null ? [] : [answer.choice],
				);
			}),
		);
	});

	it('ends after at most max_hops hand-overs and never asks the same one twice', () => {
		fc.assert(
			fc.property(aQuery, fc.integer({ min: 0, max: 6 }), (asked, maxHops) => {
				const worked: Candidate[] = [];
				let current = chooseSuccessor({ ...asked, current: null, tried: [] }).choice;
				while (current !== null) {
					expect(worked.some((other) => current !== null && isSame(other, current))).toBe(false);
					worked.push(current);
					current = chooseSuccessor({
						...asked,
						current,
						tried: worked,
						hopsLeft: maxHops + 1 - worked.length,
					}).choice;
				}
				expect(worked.length).toBeLessThanOrEqual(maxHops + 1);
			}),
		);
	});
});

describe('a login that was refused', () => {
	const refusedLogin = {
		agent: 'codex',
		account: 'a',
		mark: 'm',
		recordedAt: NOW - 180_000,
		until: NOW + 3600_000,
		reason: 'Your access token could not be refreshed. Please log out and sign in again.',
	};
	const agents = (known: Partial<CandidateFacts>) =>
		FOUR.map((agent) => facts(agent, agent === 'codex' ? known : {}));

	it("is passed over, with when, that agent's own words and its way to log in", () => {
		const { choice, candidates } = chooseSuccessor(query({ agents: agents({ refusedLogin }) }));
		expect(choice?.agent).toBe('gemini');
		expect(candidates.find(({ agent }) => agent === 'codex')).toMatchObject({
			verdict: 'login_refused',
			reason: expect.stringMatching(
				/^its login was refused 3 min ago \("Your access token could not be refreshed\..*"\): codex login$/,
			),
		});
	});

	it('is described with the advice that its words ask for', () => {
		const reason = 'The SSO session token associated with profile=dev was not found or is invalid.';
		const { candidates } = chooseSuccessor(
			query({ agents: agents({ refusedLogin: { ...refusedLogin, reason } }) }),
		);
		expect(candidates.find(({ agent }) => agent === 'codex')?.reason).toMatch(
			/: aws sso login --profile dev$/,
		);
	});

	it('does not stop an agent that is named', () => {
		const { choice } = chooseSuccessor(query({ agents: agents({ refusedLogin }), explicit: at('codex') }));
		expect(choice?.agent).toBe('codex');
	});
});

describe('whoever can take over', () => {
	const { candidates } = chooseSuccessor(
		query({
			agents: [facts('claude'), facts('codex', { installed: false }), facts('gemini'), facts('opencode')],
			limitOf: ({ agent }) => (agent === 'gemini' ? entryUntil(NOW + 60_000, agent) : null),
			current: null,
		}),
	);

	it('can work now, and is another agent', () => {
		expect(candidates.map(({ verdict }) => verdict)).toEqual([
			'chosen',
			'not_installed',
			'limited',
			'eligible',
		]);
		expect(candidates.filter(canTakeOverFrom('claude')).map(({ agent }) => agent)).toEqual(['opencode']);
	});

	it('is anybody who can work where nobody works yet', () => {
		expect(candidates.filter(canTakeOverFrom(null)).map(({ agent }) => agent)).toEqual([
			'claude',
			'opencode',
		]);
	});
});
