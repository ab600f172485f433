/** Witnesses whose sessions are gone: they hold the user's words, so they go by age alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { namesIn } from '../core/files/folders.ts';
import { explainingWrites } from '../core/files/write-failure.ts';
import { removeIfThere } from '../core/files/write-file.ts';
import { isSessionId } from '../core/ids.ts';
import { WITNESS_END, type Witnesses } from '../sessions/witness/witness.ts';
import type { Kept, PruneAge } from './prune-contract.ts';

export function keptWitnesses(
	{ folder, witnesses, places }: { folder: string; witnesses: Witnesses; places: ReadonlySet<string> },
	{ before }: PruneAge,
): Kept[] {
	return namesIn(folder, 'EACCES').flatMap((name): Kept[] => {
		const id = name.endsWith(WITNESS_END) ? name.slice(0, -WITNESS_END.length) : '';
		const path = join(folder, name);
		const facts = lstatIfThere(path);
		if (!isSessionId(id) || !facts?.isFile()) return [];
		const folders = [...witnesses.of(id).folders];
		const isGone = !places.has(id) && !folders.some((place) => existsSync(place));
		const goes = isGone && facts.mtimeMs < before;
		return [
			{
				kind: 'witness',
				name: id,
				path,
				bytes: facts.size,
				lastUsedAt: facts.mtimeMs,
				about: isGone ? `of a session that is gone: ${folders.at(-1) ?? 'nothing says where it was'}` : '',
				stays: null,
				remove: goes ? () => explainingWrites(path, () => removeIfThere(path)) : null,
			},
		];
	});
}
