/** `<data>/hosts`, in the format of /etc/hosts: the DNS names of runners. Made anew from the records; no resolver of the system reads it. */
import { join } from 'node:path';
import { readOrNull } from '../core/files/read-file.ts';
import { removeIfThere, removeTemporaries, writeAtomic } from '../core/files/write-file.ts';
import type { RunnerRecord } from './runner-record.ts';

const HEAD = '# Names of the runners of agent-relay, made anew with each change: edit none of it.\n';
/** Runners share the network of their host. */
const ADDRESS = '127.0.0.1';

/** `api.test` of `api` in the domain `test`; null: it has no name. */
export function dnsNameOf(
	{ dns_name }: Pick<RunnerRecord, 'dns_name'>,
	domain: string | null,
): string | null {
	if (dns_name === null) return null;
	return domain === null ? dns_name : `${dns_name}.${domain}`;
}

export const addressOf = ({ host }: Pick<RunnerRecord, 'host'>): string | null =>
	host === null ? ADDRESS : null;

function hostsText(runners: readonly RunnerRecord[], domain: string | null): string | null {
	const rows = runners.flatMap((runner) => {
		const [name, address] = [dnsNameOf(runner, domain), addressOf(runner)];
		return name === null || address === null ? [] : `${address}\t${name}\n`;
	});
	return rows.length === 0 ? null : HEAD + rows.sort().join('');
}

/** Writes only where that changes something; true: it did. Only while the records cannot change. */
export function writeHosts(
	dataHome: string,
	runners: readonly RunnerRecord[],
	domain: string | null,
): boolean {
	const path = join(dataHome, HOSTS);
	removeTemporaries(dataHome, (name) => name === HOSTS);
	const text = hostsText(runners, domain);
	if (text === (readOrNull(path)?.toString('utf8') ?? null)) return false;
	if (text === null) removeIfThere(path);
	else writeAtomic(path, text);
	return true;
}

const HOSTS = 'hosts';
