import { RelayError } from '../../../core/errors.ts';
import { parseSessionId } from '../../../core/ids.ts';
import { safeLine } from '../../../core/text.ts';
import { adopt } from '../../../race/adopt/adopt.ts';
import type { AdoptMode, AdoptResult } from '../../../race/adopt/adopt-deps.ts';
import { findRace } from '../../../race/find-race.ts';
import type { RaceRecord } from '../../../race/record/race-record.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import { PLAIN_THEME } from '../../../ui/plain-theme.ts';
import { shortRef } from '../../../view/describe-session.ts';
import { agreeOnOrigin } from '../../agree-on-origin.ts';
import type { Body } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { adoptDeps } from '../adopt-context.ts';
import { type Asking, adoptionLines } from './describe-adoption.ts';

interface RaceAdoptOptions {
	/** null: the winner. */
	entrant: string | null;
	race: string | null;
	merge: boolean;
	commit: boolean;
	branch: string | null;
	here: boolean;
}

export interface RaceAdoptData {
	race: string;
	result: AdoptResult;
	asking: Asking;
}

export const raceAdopt: Body<RaceAdoptOptions, RaceAdoptData> = {
	async run(context, options) {
		const mode = adoptMode(options);
		const record = findRace(options.race, await context.store());
		const isAccepted = options.here || (await isAgreed(record, context));
		const request = { record, entrant: options.entrant, mode, isAccepted };
		const result = await adopt(request, await adoptDeps(context));
		const of = options.race === null ? '' : ` --race ${shortRef(record.id)}`;
		const asking = { command: context.called('race'), of };
		const isAdopted = result.status === 'adopted';
		return {
			exitCode: isAdopted ? EXIT.done : EXIT.refused,
			data: { race: record.id, result, asking },
			...(isAdopted ? { heard: adoptedNote(adoptionLines(result, PLAIN_THEME, asking)) } : {}),
		};
	},
	toJson: ({ race, result }) => ({ race, ...result }),
};

async function isAgreed(record: RaceRecord, context: CommandContext): Promise<boolean> {
	const id = parseSessionId(record.id);
	if (id === null) return false;
	return agreeOnOrigin(context, id, 'Adopt from it? Its record says which files come here.');
}

function adoptMode({ merge, commit, branch }: RaceAdoptOptions): AdoptMode {
	if (branch === null) return { kind: commit ? 'commit' : 'files', merge };
	if (!merge && !commit) return { kind: 'branch', name: branch };
	throw new RelayError('usage', '--branch leaves the checkout as it is; --merge and --commit change it.', {
		hint: 'Give --branch alone, or the others.',
	});
}

/** For the packets of later agents. */
function adoptedNote(lines: readonly string[]): string {
	const text = lines.map((line) => safeLine(line, 200)).join('; ');
	return `Files of a race were adopted into the checkout: ${text}`;
}
