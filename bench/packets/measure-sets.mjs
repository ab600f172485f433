// Scores the packets of every scripted session and lineage, in every CLI's stream.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packetBuilder } from './build.mjs';
import { DIALECTS } from './dialects.mjs';
import { lineageBuilder } from './lineage-build.mjs';
import { measureLineages, recast } from './lineage-report.mjs';
import { heldLineages } from './lineages-held.mjs';
import { openLineages } from './lineages-open.mjs';
import { promptFacts, scorePacket } from './score.mjs';
import { technicalTalk } from './script.mjs';
import { heldSessions } from './sessions-held.mjs';
import { openSessions } from './sessions-open.mjs';
import { loaderOf } from './without.mjs';

export const BUDGETS_KB = [8, 16, 24, 48];

/**
 * `rows`: sessions as written; `byAgent`: the same as each CLI prints them; `recasts`: lineages as written, then with their
 * parts dealt to other CLIs. `half`: null for both; `without`: the ingredient left out, or null; `out`: where packets go, or null.
 */
export async function measureSets({ dist, packages, half, without, out }) {
	const load = loaderOf(dist, without);
	const talk = technicalTalk(packages);
	const asked = (halves) =>
		Object.fromEntries(Object.entries(halves).filter(([name]) => half === null || half === name));
	const sessions = asked({ open: openSessions(talk), held: heldSessions(talk) });
	const packetsOf = await packetBuilder(load);
	const measure = (inHalf, session) => measureSession(packetsOf, inHalf, session, out);
	const each = (change) =>
		Object.entries(sessions).flatMap(([inHalf, all]) => all.map((one) => measure(inHalf, change(one))));
	return {
		rows: each((session) => session),
		byAgent: Object.keys(DIALECTS).map((agent) => ({
			agent,
			measured: each((session) => ({ ...session, agent })),
		})),
		recasts: await measureRecasts(load, asked({ open: openLineages(talk), held: heldLineages(talk) }), out),
	};
}

function measureSession(packetsOf, half, session, out) {
	const { recordBytes, packets } = packetsOf(session, BUDGETS_KB);
	const planted = { facts: [...promptFacts(session), ...session.facts], leaks: session.leaks };
	const scores = packets.map(({ budget, packet, ms }) => {
		if (out !== null) {
			mkdirSync(out, { recursive: true });
			writeFileSync(join(out, `${session.id}-${budget}.md`), packet.markdown);
		}
		return { budget, ms, ...scorePacket(packet, planted) };
	});
	return { half, id: session.id, agent: session.agent, title: session.title, recordBytes, scores };
}

async function measureRecasts(load, lineages, out) {
	const packetsOf = await lineageBuilder(load);
	const recasts = [await measureLineages(packetsOf, lineages, BUDGETS_KB, out)];
	for (let by = 1; by < Object.keys(DIALECTS).length; by++) {
		const recasted = Object.entries(lineages).map(([half, all]) => [
			half,
			all.map((session) => recast(session, by)),
		]);
		recasts.push(await measureLineages(packetsOf, Object.fromEntries(recasted), BUDGETS_KB, null));
	}
	return recasts;
}

/** `{found, total}` over all rows at one budget (KB); of one kind where named. */
export function found(rows, budget, name) {
	const kinds = rows.map(({ scores }) => scores.find((score) => score.budget === budget).kinds);
	return sum(kinds.map((kind) => (name === undefined ? sum(kind) : (kind[name] ?? { found: 0, total: 0 }))));
}

function sum(kinds) {
	return Object.values(kinds).reduce(
		(all, kind) => ({ found: all.found + kind.found, total: all.total + kind.total }),
		{ found: 0, total: 0 },
	);
}

export const kindsOf = (rows) => [
	...new Set(rows.flatMap(({ scores }) => scores.flatMap(({ kinds }) => Object.keys(kinds)))),
];

/** Different texts that must not be in a packet and are. */
export const leaksOf = (rows) => new Set(rows.flatMap(({ scores }) => scores.flatMap(({ leaks }) => leaks)));
