/**
 * Parses an HTTP-date (RFC 9110 5.6.7): IMF-fixdate, RFC 850 and asctime, nothing else. `Date.parse` is not
 * usable: V8 reads "1.5", "-5" and "1, 9" as days in 2001, so an invalid value would mean an immediate
 * retry.
 *
 * @module
 */

const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
const TIME = "(\\d\\d:\\d\\d):(\\d\\d)";
const FORMS = new RegExp(
  `^${DAY}, (\\d\\d) (\\w{3}) (\\d{4}) ${TIME} GMT$|` +
    `^${LONG_DAY}, (\\d\\d)-(\\w{3})-(\\d\\d) ${TIME} GMT$|` +
    `^${DAY} (\\w{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`,
);

type Parts = [string, string, string, string, string];

/**
 * Returns the time in milliseconds since the epoch, or `undefined` if `text` is no HTTP-date.
 *
 * @param text The field value, without white space around it.
 * @param nowMs The current time, which determines the century of a two-digit year.
 */
export function parseHTTPDate(text: string, nowMs: number): number | undefined {
  const parts = FORMS.exec(text)?.slice(1).filter((part) => part !== undefined) as
    | Parts
    | undefined;
  if (parts === undefined) return undefined;
  let [day, month, year, minutes, seconds] = parts;
  if (/\D/.test(day.trim())) [month, day, minutes, seconds, year] = parts; // asctime
  const toTime = (year: string): number | undefined => {
    // Parses the month, in the one format that every engine reads; the year may be below 100.
    const date = new Date(`Thu, 01 ${month} 1970 ${minutes}:00 GMT`);
    date.setUTCFullYear(+year, date.getUTCMonth(), +day);
    // A day or an hour that does not exist is formatted differently from the input.
    const shown = `${day.replace(" ", "0")} ${month} ${year} ${minutes}:`;
    // Second 60, a leap second, is allowed by the grammar; it counts as the next second.
    return date.toUTCString().slice(5, -6) === shown && +seconds <= 60
      ? date.getTime() + +seconds * 1000
      : undefined;
  };
  if (year.length > 2) return toTime(year);
  // RFC 9110 5.6.7: more than 50 years in the future means the most recent past year.
  const latest = new Date(nowMs);
  const lastYear = latest.getUTCFullYear() + 50;
  const full = lastYear - lastYear % 100 + +year;
  const time = toTime(`${full}`);
  return time !== undefined && time > latest.setUTCFullYear(lastYear)
    ? toTime(`${full - 100}`)
    : time;
}
