/**
 * The name and version that servers and hosts see.
 *
 * @module
 */

import { VERSION } from "../../runtime/version.ts";

/** The name and the version of this package. */
export const INFO: { readonly name: string; readonly version: string } = {
  name: "codomyrmex-networking",
  version: VERSION,
};
