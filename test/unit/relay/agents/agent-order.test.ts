import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../../src/agents/registry.ts';
import type { LedgerEntry } from '../../../../src/limits/ledger-file.ts';
import { agentOrder, agentToOffer, rememberedOrder } from '../../../../src/relay/agents/agent-order.ts';

const registry = createRegistry(BUILT_IN_ADAPTERS);
const choice = (agent: string, model: string | null = null) => ({ agent, model });
const NOW = 1_000;

describe('the order of agents', () => {
	const order = (configured: string[], first: string | null = null, typed: string[] | null = null) =>
		agentOrder(registry, { agents: { order: configured, default: first } as never }, typed);

	it('is what the user types now, else what he configured with his default in front', () => {
		expect(order(['claude', 'codex'], null, ['x', 'claude:opus'])).toEqual([
			choice('codex'),
			choice('claude', 'opus'),
		]);
		expect(order(['claude', 'codex', 'gemini'], 'codex')).toEqual([
			choice('codex'),
			choice('claude'),
			choice('gemini'),
		]);
	});

	it('skips a configured agent that is missing, and refuses one that is typed', () => {
		expect(order(['later', 'codex'])).toEqual([choice('codex')]);
		expect(() => order([], null, ['later'])).toThrow(expect.objectContaining({ code: 'unknown_agent' }));
	});

	it('has each agent with the model that the user named for it, and nothing twice', () => {
		const models = new Map([['claude', 'opus']]);
		const typed = [choice('claude'), choice('claude', 'opus'), choice('claude', 'haiku'), choice('codex')];
		expect(rememberedOrder({ order: typed, models })).toEqual([
			choice('claude', 'opus'),
			choice('claude', 'haiku'),
			choice('codex'),
		]);
	});
});

describe('the offer to go back', () => {
	const entry = (agent: string, until: number) => ({ agent, until }) as LedgerEntry;
	const configured = [choice('claude'), choice('codex'), choice('gemini')];
	const offered = (active: string, entries: LedgerEntry[]) =>
		agentToOffer(configured, choice(active), entries, NOW);

	it('names the first agent before the active one whose limits have all ended', () => {
		expect(offered('gemini', [entry('claude', NOW + 1), entry('codex', NOW)])).toEqual(choice('codex'));
		expect(offered('codex', [entry('claude', NOW), entry('claude', NOW + 1)])).toBeNull();
	});

	it('names no agent that met no limit, that comes later, or if the active one is not in the order', () => {
		expect(offered('codex', [])).toBeNull();
		expect(offered('codex', [entry('gemini', NOW - 1)])).toBeNull();
		expect(offered('other', [entry('claude', NOW - 1)])).toBeNull();
	});
});
