/** What a relay that was killed left behind: records are set back by hand to how they stand in mid-turn. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turnFile } from '../../../../src/sessions/files/session-paths.ts';
import type { BenchRelay } from '../../../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexAnswers } from '../../../helpers/fake-agent-lines.ts';
import { PlayedBench } from '../../../helpers/played-agents.ts';

let bench: PlayedBench;
beforeEach(() => {
	bench = new PlayedBench({ kind: 'none' });
});
afterEach(() => bench.dispose());

/** A turn of claude that answered, its records as they stood when `rawBytes` of its output were read. */
async function killedAfter(rawBytes: number | null): Promise<BenchRelay> {
	bench.install('claude', { turns: [claudeAnswers('all is done'), claudeAnswers('done again')] });
	const it = await bench.relay();
	await it.send('the task');
	const { folder } = it;
	await it.relay.close();
	const change = (path: string, over: object) =>
		writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...over }));
	const running = { status: 'running', stop_reason: null, ended_at: null, exit_code: null };
	change(turnFile(folder, 1, 'state.json'), running);
	change(join(folder, 'meta.json'), { status: 'active', ended_at: null });
	if (rawBytes !== null) truncateSync(turnFile(folder, 1, 'raw.jsonl'), rawBytes);
	return it;
}
const idOf = (it: BenchRelay) => it.deps.store.resolve('latest');

describe('a turn that a killed relay left running', () => {
	it('is judged by the bytes that were read: if completed, nothing is sent again', async () => {
		const it = await killedAfter(null);
		const next = await bench.relay();
		expect((await next.relay.repairAbandoned()).join('\n')).toMatch(/that it was completed/);
		const id = idOf(it);
		expect(it.deps.store.turns(id)[0]).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
		expect(it.deps.store.status(id)).toEqual({ status: 'completed', reason: null });
		expect(bench.received('claude')).toHaveLength(1);
		expect(await next.relay.repairAbandoned()).toEqual([]);
	});

	it('has an unknown outcome if they end before the answer: it is packed, and sent when the user says so', async () => {
		bench.install('codex', { turns: [codexAnswers('finished')] });
		const it = await killedAfter(Buffer.byteLength(claude.init));
		const id = idOf(it);
		const next = await bench.relay({ agent: 'codex' });
		const said = await next.relay.resume(id);
		expect(said.join('\n')).toMatch(/that its outcome is unknown/);
		expect(next.states()[0]).toMatchObject({ status: 'outcome_unknown' });
		expect(bench.received('codex')).toEqual([]);
		expect((await next.relay.continuePending(next.options)).outcome).toBe('completed');
		expect(bench.received('codex')[0]?.prompt).toContain('the task');
	});

	it('keeps its packet if nobody continues it', async () => {
		const it = await killedAfter(0);
		const next = await bench.relay();
		await next.relay.repairAbandoned();
		const id = idOf(it);
		expect(it.deps.store.status(id)).toEqual({ status: 'checkpointed', reason: 'outcome_unknown' });
		const packet = it.deps.store.read(id).checkpoint?.packet ?? 'none';
		expect(readFileSync(join(it.deps.store.folderOf(id), packet), 'utf8')).toContain('the task');
	});
});
