import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const FAILS = [{ emit: claude.init }, { exit: 1 }];
const control = () => ({ signal: new AbortController().signal, onEvent: () => undefined });

/** A session of so many turns, the newest with a state that a power cut left empty. */
async function torn(turns: number, meanwhile: (folder: string) => void = () => undefined) {
	const first = await bench.relay({ agent: 'claude' });
	for (let turn = 1; turn <= turns; turn++) await first.send(`task ${turn}`);
	const { id, folder } = first.relay.session() ?? {};
	if (id === undefined || folder === undefined) throw new Error('a session');
	await first.relay.close();
	writeFileSync(turnFile(folder, turns, 'state.json'), '{"schema_version":1,"sess');
	meanwhile(folder);
	const again = await bench.relay({ agent: 'claude' });
	await again.relay.resume(id);
	return { again, folder };
}

describe('a session whose newest turn has a torn state', () => {
	it('of one turn continues with the words of its prompt, and says that they were begun on', async () => {
		bench.install('claude', { turns: [FAILS, claudeAnswers('done')] });
		const { again } = await torn(1);
		expect(await again.relay.continuePending(control())).toMatchObject({ outcome: 'completed' });
		expect(bench.received('claude').at(-1)?.prompt).toContain('task 1');
	});

	it('of several continues with the words of that turn, whose number is not used again', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), FAILS, claudeAnswers('done')] });
		const { again, folder } = await torn(2);
		expect(await again.relay.continuePending(control())).toMatchObject({ outcome: 'completed' });
		expect(bench.received('claude').at(-1)?.prompt).toContain('task 2');
		expect(again.meta().turn_count).toBe(3);
		expect(readFileSync(turnFile(folder, 2, 'prompt.md'), 'utf8')).toBe('task 2');
	});

	it('of several names the prompt if its words cannot be distinguished from the rest', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), FAILS] });
		const { again, folder } = await torn(2, (there) => {
			writeFileSync(turnFile(there, 2, 'prompt.md'), '<record-00000000>\n> a packet that was cut');
			bench.forgetWords();
		});
		const path = turnFile(folder, 2, 'prompt.md');
		await expect(again.relay.continuePending(control())).rejects.toMatchObject({
			code: 'damaged_record',
			message: `How turn 2 ended cannot be read. Its prompt: ${path}`,
		});
	});

	it('continues with what the witness has where the prompt is gone too', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), FAILS, claudeAnswers('done')] });
		const { again, folder } = await torn(2);
		rmSync(turnFile(folder, 2, 'prompt.md'));
		expect(await again.relay.continuePending(control())).toMatchObject({ outcome: 'completed' });
		expect(bench.received('claude').at(-1)?.prompt).toMatch(/<user-\w+>\ntask 2\n<\/user-/);
	});

	it('is never completed', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const first = await bench.relay({ agent: 'claude' });
		await first.send('task 1');
		await first.send('task 2');
		const { folder } = first;
		const meta = readFileSync(join(folder, 'meta.json'), 'utf8');
		await first.relay.close();
		writeFileSync(join(folder, 'meta.json'), meta);
		writeFileSync(turnFile(folder, 2, 'state.json'), '');
		expect(first.deps.store.list()).toMatchObject([{ status: 'checkpointed', reason: 'outcome_unknown' }]);
		rmSync(turnFile(folder, 2, 'state.json'));
		expect(first.deps.store.list()).toMatchObject([{ status: 'checkpointed', reason: 'outcome_unknown' }]);
	});
});
