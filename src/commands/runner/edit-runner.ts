import { RelayError } from '../../core/errors.ts';
import { refuseCollisions } from '../../runners/find-runner.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import {
	type Protocol,
	requireDnsName,
	requireImage,
	requirePort,
	requireRunnerName,
} from '../../runners/runner-rules.ts';
import type { Body } from '../command.ts';
import { changedRunner, choosePort, type RunnerChange, runnerChangeToJson } from './create-runner.ts';
import { openRunnerDesk } from './runner-desk.ts';

interface EditOptions {
	runner: string;
	rename: string | null;
	agent: string | null;
	port: string | null;
	protocol: Protocol | null;
	dns: string | null;
	image: string | null;
}

/** All of it, or nothing. What runs keeps what it was started with. */
export const runnerEdit: Body<EditOptions, RunnerChange> = {
	async run(context, options) {
		const { runner: ref, ...asked } = options;
		if (Object.values(asked).every((each) => each === null))
			throw new RelayError('usage', 'Nothing to change.', {
				hint: `Say what: agent-relay runner edit ${ref} --port -1`,
			});
		const desk = await openRunnerDesk(context);
		const before = desk.find(ref);
		const lock = desk.lock(before, 'edit');
		try {
			const name = options.rename === null ? before.name : requireRunnerName(options.rename);
			const dns_name = options.dns === null ? before.dns_name : requireDnsName(options.dns);
			const protocol = options.protocol ?? before.protocol;
			const port = options.port === null ? before.port : requirePort(options.port);
			const isOwnPort = port === before.port && protocol === before.protocol;
			const others = desk.store.list().runners.filter(({ uuid }) => uuid !== before.uuid);
			const wanted = { protocol, dns_name, host: before.host };
			// Its own port may be bound by what it runs.
			const chosen = isOwnPort ? before.port : await choosePort(port, wanted, others);
			const { registry } = await context.settings();
			const image = imageFor(before, options.image);
			const works = options.agent === null ? {} : { agent: registry.find(options.agent).id, command: null };
			const record = desk.store.update(before.uuid, (now, theirs) => {
				refuseCollisions({ ...wanted, port: chosen }, theirs);
				return { ...now, ...works, name, dns_name, protocol, port: chosen, image };
			});
			return await changedRunner('edited', record, desk);
		} finally {
			lock.release();
		}
	},
	toJson: runnerChangeToJson,
};

function imageFor({ kind, name, image }: RunnerRecord, typed: string | null): string | null {
	if (typed === null) return image;
	if (kind !== 'local') return requireImage(typed);
	throw new RelayError('usage', `The runner ${name} is not a container, so it has no image.`, {
		hint: `Create another one: agent-relay runner create NAME --kind podman --image ${typed}`,
	});
}
