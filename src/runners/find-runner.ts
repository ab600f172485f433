/** The runner that is meant, and what collides with another. Pure. */
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { RunnerRecord } from './runner-record.ts';
import { FIRST_PORT, LAST_PORT, type Protocol } from './runner-rules.ts';

/** As few characters of a uuid as are taken for one. */
const FEWEST = 4;
const SHOWN_NAMES = 10;

/** By name, else by the start of a uuid. Throws `not_found`, and `ambiguous_session` with what tells them apart. */
export function findRunner(ref: string, runners: readonly RunnerRecord[]): RunnerRecord {
	const named = runners.filter(({ name }) => name === ref);
	const begun = ref.length < FEWEST ? [] : runners.filter(({ uuid }) => uuid.startsWith(ref.toLowerCase()));
	const found = named.length > 0 ? named : begun;
	const [only] = found;
	if (only !== undefined && found.length === 1) return only;
	if (only !== undefined) {
		const uuids = found.map(({ uuid }) => uuid.slice(0, 8)).join(', ');
		throw new RelayError('ambiguous_session', `${found.length} runners are meant by ${safeLine(ref, 80)}.`, {
			hint: `Name one by the start of its uuid: ${uuids}`,
		});
	}
	const names = runners.slice(0, SHOWN_NAMES).map(({ name }) => name);
	const more = runners.length > names.length ? ` and ${runners.length - names.length} more` : '';
	const list = names.length === 0 ? 'There are none yet.' : `There are: ${names.join(', ')}${more}.`;
	throw new RelayError('not_found', `There is no runner ${safeLine(ref, 80)}. ${list}`, {
		hint: 'Create one: agent-relay runner create NAME',
	});
}

interface Wanted {
	port: number;
	protocol: Protocol;
	dns_name: string | null;
	host: string | null;
}

/** Throws `refused`: a port is one runner's for each protocol of its host, a DNS name one runner's everywhere. */
export function refuseCollisions(wanted: Wanted, others: readonly RunnerRecord[]): void {
	const owner = portOwner(wanted, others);
	if (owner !== null)
		throw new RelayError(
			'refused',
			`The port ${wanted.port}/${wanted.protocol} is that of the runner ${owner.name}.`,
			{ hint: 'Choose another one, or -1 for the first that is free.' },
		);
	const { dns_name } = wanted;
	const other = dns_name === null ? undefined : others.find((one) => one.dns_name === dns_name);
	if (other === undefined) return;
	throw new RelayError('refused', `The DNS name ${dns_name} is that of the runner ${other.name}.`, {
		hint: `Choose another one, or take it away there: agent-relay runner edit ${other.name} --dns ""`,
	});
}

function portOwner(wanted: Omit<Wanted, 'dns_name'>, others: readonly RunnerRecord[]): RunnerRecord | null {
	if (wanted.port === 0) return null;
	return (
		others.find(
			({ port, protocol, host }) =>
				port === wanted.port && protocol === wanted.protocol && host === wanted.host,
		) ?? null
	);
}

/** Ports that no other runner of that host and protocol has, lowest first. */
export function* freePorts(
	{ protocol, host }: Pick<Wanted, 'protocol' | 'host'>,
	others: readonly RunnerRecord[],
): Generator<number> {
	for (let port = FIRST_PORT; port <= LAST_PORT; port++)
		if (portOwner({ port, protocol, host }, others) === null) yield port;
}
