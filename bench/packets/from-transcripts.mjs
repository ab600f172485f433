// What of the scripted sessions reaches the next agent from the CLIs' own transcripts alone: the built program takes each over and
// prints the packet. The relay was not there, so that it has neither snapshots nor diffs.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measure, readProcess } from '../figures.mjs';
import { promptFacts, scorePacket } from './score.mjs';
import { technicalTalk } from './script.mjs';
import { heldSessions } from './sessions-held.mjs';
import { openSessions } from './sessions-open.mjs';
import { TRANSCRIPTS } from './transcripts.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/agent-relay.js');

/** Rows for the report of `npm run bench`: the share of what was planted, in the packet as the program makes it by default. */
export async function measureTranscripts({ most } = {}) {
	const rows = await scoreTranscripts({ most });
	const leaks = new Set(rows.flatMap((row) => row.leaks));
	return [
		...Object.keys(TRANSCRIPTS).map((agent) => {
			const own = rows.filter((row) => row.agent === agent);
			const kinds = own.flatMap((row) => Object.values(row.kinds));
			const found = kinds.reduce((sum, kind) => sum + kind.found, 0);
			const planted = kinds.reduce((sum, kind) => sum + kind.total, 0);
			const share = (100 * found) / planted;
			const details = { found, planted };
			return measure(`packets: from ${agent}'s own transcript`, '%', share, {
				atLeast: 90,
				runs: own.length,
				details,
			});
		}),
		measure('packets: leaks from transcripts', 'texts', leaks.size, { atMost: 0, runs: rows.length }),
	];
}

/** `most`: sessions of each half, the first ones. A row for each session and CLI, as `scorePacket` gives it. */
async function scoreTranscripts({ most = Number.POSITIVE_INFINITY } = {}) {
	const talk = technicalTalk(join(ROOT, 'node_modules'));
	const sessions = [openSessions(talk), heldSessions(talk)].flatMap((half) => half.slice(0, most));
	const rows = [];
	for (const session of sessions)
		for (const agent of Object.keys(TRANSCRIPTS)) {
			const markdown = await packetOf(session, agent);
			const planted = { facts: [...promptFacts(session), ...session.facts], leaks: session.leaks };
			rows.push({ id: session.id, agent, ...scorePacket({ markdown }, planted) });
		}
	return rows;
}

async function packetOf(session, agent) {
	const home = mkdtempSync(join(tmpdir(), 'relay-bench-transcripts-'));
	try {
		const cwd = join(home, 'work');
		mkdirSync(cwd);
		const path = TRANSCRIPTS[agent]({ session, home, cwd });
		const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
		await readProcess('git', ['init', '-q'], { cwd, env });
		return await readProcess(process.execPath, [PROGRAM, 'handoff', path, '--print'], { cwd, env });
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}
