/**
 * Parses the date of a cookie's Expires attribute. It is not an HTTP-date: RFC 6265bis 5.1.1 accepts every
 * form that servers have written. `Date.parse` differs between engines.
 *
 * @module
 */

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/;
const DAY = /^(\d{1,2})(?!\d)/;
const YEAR = /^(\d{2,4})(?!\d)/;

/** Returns the date in milliseconds since 1970, or undefined if the text is not a date. */
export function parseCookieDate(text: string): number | undefined {
  let time: number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  for (const token of text.split(DELIMITERS)) {
    const at = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    if (time === undefined && TIME.test(token)) time = TIME.exec(token)!.slice(1).map(Number);
    else if (day === undefined && DAY.test(token)) day = Number(DAY.exec(token)![1]);
    else if (month === undefined && token.length >= 3 && at >= 0 && at % 3 === 0) month = at / 3;
    else if (year === undefined && YEAR.test(token)) year = Number(YEAR.exec(token)![1]);
  }
  if (time === undefined || day === undefined || month === undefined || year === undefined) return;
  if (year < 100) year += year >= 70 ? 1900 : 2000;
  const [hour = 0, minute = 0, second = 0] = time;
  if (year < 1601 || hour > 23 || minute > 59 || second > 59) return;
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  return date.getUTCDate() === day ? date.getTime() : undefined; // there is no 31 February
}
