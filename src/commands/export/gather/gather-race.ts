import type { RaceRecord } from '../../../race/record/race-record.ts';
import type { ExportEntrant, ExportRace } from '../document.ts';
import type { Cleaner } from './clean-text.ts';

export function gatherRace(record: RaceRecord, { text }: Pick<Cleaner, 'text'>): ExportRace {
	const { state, verdict, winner, base, ranking, adopted } = record;
	const place = (id: string) => (ranking.includes(id) ? ranking.indexOf(id) : ranking.length);
	return {
		state,
		verdict: verdict === null ? null : text(verdict),
		winner: winner === null ? null : text(winner),
		base: { commit: base.commit, ref: base.ref === null ? null : text(base.ref) },
		entrants: [...record.entrants]
			.sort((a, b) => place(a.id) - place(b.id))
			.map((entrant) => gatherEntrant(entrant, ranking.indexOf(entrant.id), text)),
		adopted: adopted.map(({ entrant, at, commit, branch }) => ({
			entrant: text(entrant),
			at,
			commit,
			branch: branch === null ? null : text(branch),
		})),
	};
}

function gatherEntrant(
	entrant: RaceRecord['entrants'][number],
	at: number,
	text: (value: string) => string,
): ExportEntrant {
	const { id, agent, model, session_id, outcome, reason, work_ms, checks, diff, tokens } = entrant;
	return {
		id: text(id),
		rank: at < 0 ? null : at + 1,
		agent: text(agent),
		model: model === null ? null : text(model),
		session_id,
		outcome,
		reason: reason === null ? null : text(reason),
		work_ms,
		checks: checks.map(({ command, status, exit_code, failing_tests }) => ({
			command: text(command),
			status,
			exit_code,
			failing_tests,
		})),
		diff: diff === null ? null : { files: diff.files, added: diff.added, removed: diff.removed },
		tokens: { input: tokens.input, output: tokens.output },
		cost_usd: entrant.cost_usd,
		cost_source: entrant.cost_source,
		notes: entrant.notes.map(text),
	};
}
