/**
 * The part that `client.download()` loads when it is first called.
 *
 * @module
 */

export { download } from "./download.ts";
export { readDownload } from "./download_options.ts";
