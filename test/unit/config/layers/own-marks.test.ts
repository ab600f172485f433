import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/config/defaults.ts';
import { readOwnMarks } from '../../../../src/config/layers/own-marks.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-marks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const marks = async (text: string | null, env: Record<string, string> = {}) => {
	const file = join(folder, 'config.toml');
	if (text !== null) writeFileSync(file, text);
	let isAsked = false;
	const found = await readOwnMarks(env, file, async () => {
		isAsked = true;
		return ['demo-sprinter'];
	});
	return { first: found.warn_first, isAsked };
};
const FIRST = DEFAULT_CONFIG.ws.warn_first;

it('gives the marks of the file, however it says them, and of a variable, which wins', async () => {
	expect(await marks('[agents]\norder = ["demo-sprinter"]\n[ws]\nwarn_first = 5\n')).toMatchObject({
		first: 5,
	});
	expect(await marks('ws = { warn_first = 6 }\n')).toMatchObject({ first: 6 });
	expect(await marks('ws.warn_first = 7\n', { AGENT_RELAY_CFG_WS__WARN_FIRST: '8' })).toMatchObject({
		first: 8,
	});
});

it('reads no configuration where nothing sets one', async () => {
	expect(await marks(null)).toEqual({ first: FIRST, isAsked: false });
	expect(await marks('[ws]\nsummary_dir = "~/s"\n')).toEqual({ first: FIRST, isAsked: false });
});

it('gives the defaults where the configuration cannot be obeyed', async () => {
	for (const text of [
		'[ws]\nwarn_first = -1\n',
		'[ws\nwarn_first = 5',
		'[agents]\norder = ["x"]\n[ws]\nwarn_first = 5\n',
	])
		expect(await marks(text)).toMatchObject({ first: FIRST });
});
