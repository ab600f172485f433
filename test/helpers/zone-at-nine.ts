/**
 * The time zone in which it is nine now, for `TZ`: a moment of the next hours is in the same day there, and so is printed without its
 * day; no test that counts by days runs past midnight.
 */
export function zoneAtNine(): string {
	const behind = new Date().getUTCHours() - 9;
	return behind > 12 ? `Etc/GMT${behind - 24}` : `Etc/GMT${behind < 0 ? '' : '+'}${behind}`;
}
