interface Priced {
	prices_as_of?: string | undefined;
}

/** The day of the oldest price list behind the estimates among `records`, as a field of their sum; none without estimates. */
export function oldestPrices(records: readonly Priced[]): { prices_as_of?: string } {
	const days = records.flatMap(({ prices_as_of: day }) => (day === undefined ? [] : [day]));
	const [oldest] = days.sort();
	return oldest === undefined ? {} : { prices_as_of: oldest };
}
