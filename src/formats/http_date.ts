/**
 * HTTP-date of RFC 9110 5.6.7: IMF-fixdate, RFC 850 and asctime, nothing else. `Date.parse` is no
 * help: V8 takes "1.5", "-5" and "1, 9" for days in 2001, which turns garbage into "retry at once".
 *
 * @module
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(${MONTHS.join("|")})`;
const DAY = "^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
const TIME = "(\\d\\d):(\\d\\d):(\\d\\d)";
const FORMS = new RegExp(
  `${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$|` +
    `${LONG_DAY}, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$|` +
    `${DAY} ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`,
);

/**
 * The time in milliseconds since the epoch, or `undefined` when `text` is no HTTP-date.
 *
 * @param text The field value, without white space around it.
 * @param nowMs The present, which decides the century of a two-digit year.
 */
export function parseHTTPDate(text: string, nowMs: number): number | undefined {
  let parts = FORMS.exec(text)?.slice(1).filter((part) => part !== undefined);
  if (parts === undefined) return undefined;
  if (MONTHS.includes(parts[0]!)) { // asctime
    const [month, day, hour, minute, second, year] = parts;
    parts = [day!, month!, year!, hour!, minute!, second!];
  }
  const [day, month, year, hour, minute, second] = parts as [
    ...[day: string, month: string, year: string],
    ...[hour: string, minute: string, second: string],
  ];
  const toTime = (year: number): number | undefined => {
    const monthIndex = MONTHS.indexOf(month);
    const date = new Date(0);
    date.setUTCFullYear(year, monthIndex, +day);
    if (date.getUTCDate() !== +day || date.getUTCMonth() !== monthIndex) return undefined;
    // Second 60, a leap second, is allowed by the grammar; it counts as the next second.
    return +hour > 23 || +minute > 59 || +second > 60
      ? undefined
      : date.setUTCHours(+hour, +minute, +second);
  };
  if (year.length > 2) return toTime(+year);
  // RFC 9110 5.6.7: more than 50 years in the future means the most recent past year.
  const latest = new Date(nowMs);
  const lastYear = latest.getUTCFullYear() + 50;
  const full = lastYear - lastYear % 100 + +year;
  const time = toTime(full);
  return time !== undefined && time > latest.setUTCFullYear(lastYear) ? toTime(full - 100) : time;
}
