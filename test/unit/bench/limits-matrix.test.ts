import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { parseRollout } from '../../../src/agents/codex/native/rollout.ts';
import { BUILT_IN_ADAPTERS } from '../../../src/agents/registry.ts';

interface Figures {
	recordings: number;
	matrix: Record<string, Record<string, number>>;
	missed: string[];
	falseHandOvers: string[];
	wrongKind: string[];
	resets: Record<'right' | 'wrong' | 'missing', string[]>;
}

interface Bench {
	KINDS: readonly string[];
	readMatrix(modules: { adapters: readonly AgentAdapter[]; parseRollout: typeof parseRollout }): Figures;
}

const root = resolve(import.meta.dirname, '../../..');
const { KINDS, readMatrix }: Bench = await import(resolve(root, 'bench/limits-matrix.mjs'));
const figures = readMatrix({ adapters: BUILT_IN_ADAPTERS, parseRollout });

describe('the matrix of limits over all recordings', () => {
	it('has none that was missed, none that was false, and none of another kind or end', () => {
		const { missed, falseHandOvers, wrongKind, resets } = figures;
		expect({ missed, falseHandOvers, wrongKind }).toEqual({ missed: [], falseHandOvers: [], wrongKind: [] });
		expect(resets).toMatchObject({ wrong: [], missing: [] });
	});

	it('holds every kind, and more turns that met none', () => {
		for (const kind of KINDS) expect(figures.matrix[kind]?.[kind], kind).toBeGreaterThan(1);
		expect(figures.matrix.none?.none).toBeGreaterThan(figures.recordings / 2);
		expect(figures.resets.right.length).toBeGreaterThan(5);
	});

	it('tells each limit as missed of an adapter that hears none', () => {
		const deaf = BUILT_IN_ADAPTERS.map((adapter) => ({ ...adapter, parser: withoutLimits(adapter) }));
		const { missed, matrix } = readMatrix({ adapters: deaf, parseRollout });
		expect(missed).toHaveLength(figures.recordings - (figures.matrix.none?.none ?? 0));
		expect(matrix.window?.none).toBe(figures.matrix.window?.window);
	});

	it('is told in the documentation with what it holds of wrong ones: none', () => {
		const text = readFileSync(resolve(root, 'docs/limits.md'), 'utf8');
		expect(text).toMatch(
			/\d+ recordings: 0 missed, 0 false hand-overs; resets \d+ right, 0 wrong, 0 missing\./,
		);
	});
});

function withoutLimits(adapter: AgentAdapter): AgentAdapter['parser'] {
	return (context) => {
		const parser = adapter.parser(context);
		return {
			push: (chunk) => parser.push(chunk).filter(({ type }) => type !== 'limit'),
			stderr: (chunk) => parser.stderr(chunk),
			end: (exit, native) => {
				const { events, turn } = parser.end(exit, native);
				return { events, turn: { ...turn, limit: null } };
			},
		};
	};
}
