/** Every parser and every reader, fed with what no program of good will writes: seconds here, minutes in `npm run fuzz`. */
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch } from './scratch.ts';
import { chosen, tryTarget } from './target.ts';
import { agentTargets } from './targets/agents.ts';
import { followTargets } from './targets/follow.ts';
import { limitTargets } from './targets/limits.ts';
import { recordTargets } from './targets/records.ts';
import { repoTargets } from './targets/repo.ts';
import { textTargets } from './targets/text.ts';
import { transcriptTargets } from './targets/transcripts.ts';
import { undoTargets } from './targets/undo.ts';
import { wholeTranscriptTargets } from './targets/whole-transcripts.ts';
import { wordTargets } from './targets/words.ts';

const ALL = [
	...agentTargets,
	...recordTargets,
	...followTargets,
	...limitTargets,
	...textTargets,
	...repoTargets,
	...transcriptTargets,
	...wholeTranscriptTargets,
	...undoTargets,
	...wordTargets,
];
const targets = chosen(ALL);

afterAll(removeScratch);

describe('whatever comes in', () => {
	it.each(targets.map((target) => [target.name, target.promise, target] as const))(
		'%s: %s',
		async (_name, _promise, target) => {
			await tryTarget(target, targets.length);
		},
		1_200_000,
	);

	it('is tried under names that are their own', () => {
		expect(targets.length, 'FUZZ_ONLY names no target').toBeGreaterThan(0);
		expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
	});
});
