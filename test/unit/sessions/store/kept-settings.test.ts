import { describe, expect, it } from 'vitest';
import { keptSettings, wordsOfConfig } from '../../../../src/sessions/store/kept-settings.ts';
import { keepSettings } from '../../../../src/sessions/transitions.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

const config = (key: string, value: unknown, at = '2026-01-01T00:00:00.000Z') => ({
	at,
	settings: [{ key, value }],
});
const said = (...configs: ReturnType<typeof config>[]) =>
	fakeWitness(...configs.map((one) => ({ kind: 'config' as const, turn: 0, words: wordsOfConfig(one) })));
const SLOW = config('turn.idle_s', 600);
const NARROW = config('permissions.preset', 'read-only', '2026-01-02T00:00:00.000Z');

describe('the settings that a session keeps', () => {
	it('are those of the record, where the user gave them last', () => {
		expect(keptSettings({ config: NARROW }, said(SLOW, NARROW))).toEqual({
			settings: NARROW.settings,
			isChanged: false,
		});
		expect(keptSettings({}, said())).toEqual({ settings: [], isChanged: false });
	});

	it('are what the user gave, whatever somebody wrote into the record or took out of it', () => {
		const truth = { settings: NARROW.settings, isChanged: true };
		expect(keptSettings({ config: config('agents.x.command', ['sh']) }, said(NARROW))).toEqual(truth);
		expect(keptSettings({}, said(NARROW))).toEqual(truth);
		// What was given earlier does not come back because a record says so.
		expect(keptSettings({ config: SLOW }, said(SLOW, NARROW))).toEqual(truth);
		expect(keptSettings({ config: { ...NARROW, at: 'later' } }, said(NARROW))).toEqual(truth);
	});

	it('are none where nobody witnessed them', () => {
		expect(keptSettings({ config: SLOW }, said())).toEqual({ settings: [], isChanged: true });
	});

	it('enter the record as they are given, and are not written again when they stay', () => {
		const meta = keepSettings(fakeSessionMeta(), { settings: SLOW.settings, at: 0 });
		expect(meta.config).toEqual({ at: '1970-01-01T00:00:00.000Z', settings: SLOW.settings });
		expect(keepSettings(meta, { settings: SLOW.settings, at: 9 })).toBe(meta);
		expect(keepSettings(meta, { settings: [], at: 9 }).config?.settings).toEqual([]);
	});
});
