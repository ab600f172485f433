import { dnsNameOf } from '../../runners/dns-hosts.ts';
import { STATE_WORDS } from '../../runners/runner-state.ts';
import type { RunnerLook } from './runner-desk.ts';

/** As the record has it, with what was seen just now. */
export function runnerToJson(look: RunnerLook, domain: string | null): Record<string, unknown> {
	const { runner, folder, work, state, probe, lock, isPending } = look;
	const holder = lock.is === 'held' ? lock.holder : null;
	return {
		...runner,
		state,
		state_text: STATE_WORDS[state],
		pending: isPending,
		attached: probe.is === 'running' ? probe.attached : 0,
		pid: probe.is === 'running' ? probe.pid : null,
		problem: probe.is === 'unknown' ? probe.why : null,
		folder,
		work,
		full_dns_name: dnsNameOf(runner, domain),
		locked_by:
			holder === null
				? null
				: { pid: holder.pid, host: holder.host, doing: holder.doing, since: holder.since },
	};
}
