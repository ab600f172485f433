import { describe, expect, it } from 'vitest';
import { createSurvivors, type SurvivorChoice } from '../../../../src/relay/resume/survivors.ts';
import type { RunningAgents, Survivor } from '../../../../src/turns/process/running-agents.ts';
import { Machine } from '../../../helpers/fake-machine.ts';

const PID = 20;
const survivor: Survivor = {
	session_id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
	folder: '/nowhere',
	turn: 2,
	agent: 'claude',
	executable: '/bin/claude',
	worktree: '/repo',
	started_at: '2026-11-21T08:00:00.000Z',
	wrapper: { pid: 15, start: 's15' },
	processes: [{ pid: PID, start: `s${PID}`, command: 'claude \x1b[2J' }],
};

/** An agent whose relay is gone; it obeys `signals`, and ends by itself at `endsAt` of the machine's clock. */
function scene({
	signals = [] as NodeJS.Signals[],
	endsAt = Number.POSITIVE_INFINITY,
	answers = null as SurvivorChoice[] | null,
} = {}) {
	const machine = new Machine();
	machine.run(PID, 1, { session: 15, group: 15, obeys: signals });
	machine.onSleep = (now) => now >= endsAt && machine.end(PID);
	const asked: string[][] = [];
	const running = {
		survivors: () => (machine.entries.has(PID) ? [survivor] : []),
	} as unknown as RunningAgents;
	const ask = async ({ lines }: { lines: readonly string[] }) => {
		asked.push([...lines]);
		return answers?.shift() ?? null;
	};
	const survivors = createSurvivors({
		running,
		processes: machine.processes,
		clock: machine.clock,
		desk: { ask: answers === null ? null : ask },
	});
	const settled = (signal?: AbortSignal) =>
		survivors.settle('/repo', signal).then(
			() => 'settled',
			(error: { code: string }) => error.code,
		);
	return { machine, asked, settled, survivors };
}

describe('an agent that outlived its relay', () => {
	it('that is about to die is waited for, and nobody is asked', async () => {
		const { settled, asked } = scene({ endsAt: 1_000, answers: [] });
		expect(await settled()).toBe('settled');
		expect(asked).toEqual([]);
	});

	it('lets nothing start beside it if nobody can be asked, and says how to end it', async () => {
		const { survivors, machine } = scene();
		await expect(survivors.settle('/repo')).rejects.toMatchObject({
			code: 'agent_survived',
			hint: expect.stringContaining(`kill ${PID}`),
		});
		expect(machine.entries.has(PID)).toBe(true);
		expect(machine.log).toEqual([]);
	});

	it('is described by what runs and in which turn, with nothing that a terminal would obey', async () => {
		const { settled, asked } = scene({ answers: [] });
		expect(await settled()).toBe('agent_survived');
		expect(asked[0]?.[0]).toContain(`process ${PID}`);
		expect(asked[0]?.[1]).toContain('turn 2 of session 01K3');
		expect(asked[0]?.join('')).not.toContain('\x1b');
	});

	it('may be worked beside, and is asked about once', async () => {
		const { settled, asked, machine } = scene({ answers: ['beside'] });
		expect(await settled()).toBe('settled');
		expect(await settled()).toBe('settled');
		expect(asked).toHaveLength(1);
		expect(machine.entries.has(PID)).toBe(true);
	});

	it('is waited for until it ends, or until the user has had enough', async () => {
		expect(await scene({ answers: ['wait'], endsAt: 60_000 }).settled()).toBe('settled');
		const stop = new AbortController();
		const { settled, machine } = scene({ answers: ['wait'] });
		machine.onSleep = (now) => now > 10_000 && stop.abort();
		expect(await settled(stop.signal)).toBe('agent_survived');
	});

	it('is ended on the user’s word with what it started: asked first, killed after a grace', async () => {
		const polite = scene({ answers: ['end'], signals: ['SIGTERM'] });
		polite.machine.run(21, PID, { session: 99, group: 99, obeys: ['SIGTERM'] });
		expect(await polite.settled()).toBe('settled');
		expect([...polite.machine.entries.keys()]).toEqual([]);
		expect(polite.machine.log.every((line) => line.includes('SIGTERM'))).toBe(true);

		const deaf = scene({ answers: ['end'] });
		expect(await deaf.settled()).toBe('settled');
		expect(deaf.machine.entries.has(PID)).toBe(false);
		const signals = deaf.machine.log.map((line) => line.split(' ')[1]);
		expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
	});
});
