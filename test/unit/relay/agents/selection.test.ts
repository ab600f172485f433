import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../../src/agents/registry.ts';
import { DEFAULT_CONFIG } from '../../../../src/config/defaults.ts';
import type { RelayConfig } from '../../../../src/config/schema.ts';
import { Selection } from '../../../../src/relay/agents/selection.ts';
import type { RelayStart } from '../../../../src/relay/ports.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const registry = createRegistry(BUILT_IN_ADAPTERS);
const claude = { agent: 'claude', model: null };
const codex = { agent: 'codex', model: null };
const START: RelayStart = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeoutMs: null,
	parentTurn: null,
};

function configured(change: (config: RelayConfig) => void = () => undefined): RelayConfig {
	const config = structuredClone(DEFAULT_CONFIG);
	config.agents.order = ['claude', 'codex'];
	change(config);
	return config;
}
const selection = (start: Partial<RelayStart> = {}, config = configured(), named: readonly string[] = []) =>
	new Selection({ ...START, ...start }, { registry, config, namedAgents: new Set(named) });

const agentRecord = (over = {}) => ({
	native_session_id: null,
	model_asked: null,
	permissions: 'edit' as const,
	turns: 1,
	last_turn_at: null,
	resumable: true,
	...over,
});
/** Opens a session whose last turn was claude's. */
function restored(it: Selection, meta = {}, { asked = null, last = fakeTurnState() as never } = {}) {
	const agents = { claude: agentRecord() };
	const record = fakeSessionMeta({ active_agent: 'claude', agents: agents as never, ...meta });
	it.restore(record, last, { isKnown: (agent) => agent !== 'gone', asked });
	return it;
}

describe('who gets the first prompt', () => {
	it('is the first of the order if the user named nobody; the ledger may overrule that', () => {
		const it = selection();
		expect(it.preferred()).toEqual([claude, codex]);
		expect([it.active, it.explicit]).toEqual([null, null]);
	});

	it('is the agent that the user named, with its model, in front of the order', () => {
		const it = selection({ agent: 'codex', model: 'o3' });
		expect(it.explicit).toEqual({ agent: 'codex', model: 'o3' });
		expect(it.preferred()).toEqual([{ agent: 'codex', model: 'o3' }, claude]);
		expect(it.named).toEqual(new Set(['codex']));
	});

	it('may be any of those that he named in an order or in his configuration', () => {
		expect(selection({ order: ['x', 'claude:opus'] }, configured(), ['gemini']).named).toEqual(
			new Set(['codex', 'claude', 'gemini']),
		);
	});
});

describe('a model that is named alone', () => {
	const facts = (config: RelayConfig, installed = ['claude', 'codex']) => ({
		registry,
		config,
		findExecutable: (agent: string) => ({
			path: installed.includes(agent) ? `/bin/${agent}` : null,
			lookedAt: [],
			refused: null,
		}),
	});

	it('goes to the agent that has it, which is reported if that is not the first choice', () => {
		const it = selection({ model: 'gpt-5' });
		expect(it.placeModel(null, facts(configured()))).toBe(
			'codex takes this prompt, not claude: gpt-5 is a model of codex',
		);
		expect(it.explicit).toEqual({ agent: 'codex', model: 'gpt-5' });
		expect(it.ownerOfModel).toBe('codex');
		expect(it.placeModel(null, facts(configured()))).toBeNull();
	});

	it('needs no notice if the first choice has it', () => {
		const it = selection({ model: 'opus' });
		expect(it.placeModel(null, facts(configured()))).toBeNull();
		expect(it.active).toEqual({ agent: 'claude', model: 'opus' });
	});

	it('does not choose who gets the words, unlike an agent that the user named', () => {
		const it = selection({ model: 'gpt-5', named: ['codex'] });
		it.placeModel(null, facts(configured()));
		expect(it.ownerOfModel).toBeNull();
	});
});

describe('a switch', () => {
	it('is one only if another agent worked last, until a turn of the new one begins', () => {
		const it = selection();
		it.name(codex, 'claude');
		expect([it.explicit, it.switchedFrom]).toEqual([codex, 'claude']);
		it.taken(codex);
		expect(it.switchedFrom).toBeNull();
		it.name(codex, 'codex');
		expect(it.switchedFrom).toBeNull();
	});

	it('is forgotten with the session that it was in', () => {
		const it = selection();
		it.name(codex, 'claude');
		it.forgetSwitch();
		expect([it.active, it.switchedFrom]).toEqual([codex, null]);
	});

	it('back to an agent gives it the model again that the user named for it', () => {
		const it = selection();
		it.name({ agent: 'claude', model: 'opus' }, null);
		it.name(codex, 'claude');
		it.name(claude, 'codex');
		expect(it.active).toEqual({ agent: 'claude', model: 'opus' });
		expect(it.order()).toEqual([{ agent: 'claude', model: 'opus' }, codex]);
		it.setModel('claude', null);
		expect(it.active).toEqual(claude);
		expect(it.order()).toEqual([claude, codex]);
	});
});

describe('an opened session', () => {
	it('continues with its agent and its model, which a limit may still change', () => {
		const agents = { claude: agentRecord({ model_asked: 'opus' }) };
		const it = restored(selection(), { agents });
		expect(it.active).toEqual({ agent: 'claude', model: 'opus' });
		expect([it.explicit, it.switchedFrom]).toEqual([null, null]);
		expect(it.named).toContain('claude');
	});

	it('continues with the agent that the user names now, as a switch', () => {
		const it = restored(selection({ agent: 'codex' }));
		expect([it.explicit, it.switchedFrom]).toEqual([codex, 'claude']);
	});

	it('continues with the agent that the user had switched to and that had no turn yet', () => {
		const checkpoint = fakeCheckpoint({ reason: 'switch', next_agent: 'codex' });
		const it = restored(selection(), { checkpoint });
		expect([it.explicit, it.switchedFrom]).toEqual([codex, 'claude']);
	});

	it('continues with the agent and the model that the session was handed off to, but not after a bare checkpoint', () => {
		const handed = fakeCheckpoint({ reason: 'handoff', next_agent: 'codex', next_model: 'gpt-6' });
		const it = restored(selection(), { checkpoint: handed });
		expect([it.explicit, it.switchedFrom]).toEqual([{ agent: 'codex', model: 'gpt-6' }, 'claude']);
		const forged = fakeCheckpoint({ reason: 'handoff', next_agent: 'codex', next_model: '--danger' });
		expect(restored(selection(), { checkpoint: forged }).explicit).toEqual(codex);
		const bare = restored(selection(), {
			checkpoint: fakeCheckpoint({ reason: 'handoff', next_agent: null }),
		});
		expect([bare.explicit, bare.active?.agent]).toEqual([null, 'claude']);
	});

	it('whose agent is not known here is open to any agent that can work', () => {
		const it = restored(selection(), { active_agent: 'gone', agents: {} });
		expect(it.active).toBeNull();
	});

	it('stays read-only, never resumes a wide preset automatically, and does what is asked now', () => {
		const of = (permissions: string) => ({ agents: { claude: agentRecord({ permissions }) } });
		expect(restored(selection(), of('read-only')).permissions).toBe('read-only');
		expect(restored(selection(), of('full')).permissions).toBe('edit');
		const asked = restored(selection({ permissions: 'full' }), of('read-only'), { asked: 'full' as never });
		expect(asked.permissions).toBe('full');
	});

	it('gives no agent a model name that a record was forged with', () => {
		const agents = { claude: agentRecord({ model_asked: '--dangerously-skip-permissions' }) };
		expect(restored(selection(), { agents }).active).toEqual(claude);
	});
});
