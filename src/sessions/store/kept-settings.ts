import * as v from 'valibot';
import type { KeptSetting } from '../../config/given-settings.ts';
import type { SessionMeta } from '../session-meta.ts';
import { hashOf, type Witness } from '../witness/witness.ts';

const configSchema = v.object({
	at: v.string(),
	settings: v.array(v.object({ key: v.string(), value: v.unknown() })),
});

/**
 * The settings that the user gave for the session, as the witness has them: an agent can write to the record. `isChanged`: the
 * record says something else.
 */
export function keptSettings(
	{ config }: Pick<SessionMeta, 'config'>,
	{ words }: Pick<Witness, 'words'>,
): { settings: readonly KeptSetting[]; isChanged: boolean } {
	const newest = words.findLast(({ kind }) => kind === 'config');
	const recorded = config === undefined ? null : wordsOfConfig(config);
	if (newest === undefined) return { settings: [], isChanged: recorded !== null };
	if (recorded !== null && newest.sha256 === hashOf(recorded) && config !== undefined)
		return { settings: config.settings.map(({ key, value }) => ({ key, value })), isChanged: false };
	return { settings: parse(newest.words) ?? [], isChanged: true };
}

export const wordsOfConfig = ({ at, settings }: NonNullable<SessionMeta['config']>) =>
	JSON.stringify({ at, settings: settings.map(({ key, value }) => ({ key, value })) });

/** null for what is not known whole. */
function parse(text: string | null): KeptSetting[] | null {
	if (text === null) return null;
	try {
		const read = v.safeParse(configSchema, JSON.parse(text));
		return read.success ? read.output.settings : null;
	} catch {
		return null;
	}
}
