import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

/** Prints which ingredients change the packets of a scripted session when they are left out. */
const CHANGES = `
import { INGREDIENTS } from './bench/packets/ingredients.mjs';
import { packetBuilder } from './bench/packets/build.mjs';
import { technicalTalk } from './bench/packets/script.mjs';
import { openSessions } from './bench/packets/sessions-open.mjs';
import { loaderOf } from './bench/packets/without.mjs';
const sessions = openSessions(technicalTalk('node_modules'));
const textOf = async (name) => {
	const packetsOf = await packetBuilder(loaderOf('dist', name));
	return JSON.stringify(sessions.map((session) => packetsOf(session, [8]).packets[0].packet.markdown));
};
const whole = await textOf(null);
const changed = {};
for (const name of Object.keys(INGREDIENTS)) changed[name] = (await textOf(name)) !== whole;
console.log(JSON.stringify({ changed, isWholeAgain: (await textOf(null)) === whole }));
`;

/** Plays one scripted session with several agents through the conversation, with and without an ingredient. */
const LINEAGE = `
import { lineageBuilder } from './bench/packets/lineage-build.mjs';
import { openLineages } from './bench/packets/lineages-open.mjs';
import { technicalTalk } from './bench/packets/script.mjs';
import { loaderOf } from './bench/packets/without.mjs';
const [session] = openLineages(technicalTalk('node_modules'));
const sizes = [];
for (const name of [null, 'statements']) {
	const packetsOf = await lineageBuilder(loaderOf('dist', name));
	sizes.push((await packetsOf(session, [24])).map(({ packets }) => packets[0].markdown.length));
}
console.log(JSON.stringify(sizes));
`;

it('every ingredient that the bench of packets can leave out changes a packet, and nothing else does', {
	timeout: 120_000,
}, () => {
	const { stdout, stderr } = node('--input-type=module', '-e', CHANGES);
	expect(stderr).toBe('');
	const { changed, isWholeAgain } = JSON.parse(stdout);
	expect(Object.keys(changed).length).toBeGreaterThan(5);
	expect(Object.entries(changed).filter(([, isChanged]) => !isChanged)).toEqual([]);
	expect(isWholeAgain).toBe(true);
});

it('a session with several agents is played through the conversation, whole and without an ingredient', {
	timeout: 120_000,
}, () => {
	const { stdout, stderr } = node('--input-type=module', '-e', LINEAGE);
	expect(stderr).toBe('');
	const [whole, lacking]: number[][] = JSON.parse(stdout);
	expect(whole).toHaveLength(2);
	expect(lacking?.[0]).toBeLessThan(whole?.[0] ?? 0);
});

it('the bench of packets refuses an ingredient that it does not know, and names those it does', () => {
	const { status, stderr, stdout } = node('bench/packets.mjs', '--without', 'magic');
	expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
	expect(stderr).toContain('--without magic: not an ingredient. One of: ');
});

it('a bench of packets that crashes fails the report with its own words', () => {
	const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
	try {
		const program = join(folder, 'crashing.mjs');
		writeFileSync(program, "throw new Error('no packet today');\n");
		const measuring = `import { measurePackets } from './bench/packets/measure.mjs';
			await measurePackets({ program: ${JSON.stringify(program)} });`;
		const { status, stderr } = node('--input-type=module', '-e', measuring);
		expect(status).toBe(1);
		expect(stderr).toContain('no packet today');
		expect(stderr).not.toContain('ENOENT');
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
