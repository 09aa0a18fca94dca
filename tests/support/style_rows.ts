/**
 * The 39 rows that the style tables of OpenAPI 3.0 to 3.2 ("Style Examples") define.
 *
 * @module
 */

import type { Parameter } from "../../src/generate/runtime/operation.ts";

/** What is sent. */
export const VALUES: Readonly<Record<Kind, unknown>> = {
  primitive: "blue",
  array: ["blue", "black", "brown"],
  object: { R: 100, G: 200, B: 150 },
};

/** A kind of value. */
export type Kind = "primitive" | "array" | "object";

/** Place, style, explode, kind of value, what is sent. The parameter is `color`. */
export const STYLE_ROWS:
  readonly (readonly [Parameter["in"], Parameter["style"], boolean, Kind, string])[] = [
    ["path", "simple", false, "primitive", "blue"],
    ["path", "simple", false, "array", "blue,black,brown"],
    ["path", "simple", false, "object", "R,100,G,200,B,150"],
    ["path", "simple", true, "primitive", "blue"],
    ["path", "simple", true, "array", "blue,black,brown"],
    ["path", "simple", true, "object", "R=100,G=200,B=150"],
    ["path", "label", false, "primitive", ".blue"],
    ["path", "label", false, "array", ".blue,black,brown"],
    ["path", "label", false, "object", ".R,100,G,200,B,150"],
    ["path", "label", true, "primitive", ".blue"],
    ["path", "label", true, "array", ".blue.black.brown"],
    ["path", "label", true, "object", ".R=100.G=200.B=150"],
    ["path", "matrix", false, "primitive", ";color=blue"],
    ["path", "matrix", false, "array", ";color=blue,black,brown"],
    ["path", "matrix", false, "object", ";color=R,100,G,200,B,150"],
    ["path", "matrix", true, "primitive", ";color=blue"],
    ["path", "matrix", true, "array", ";color=blue;color=black;color=brown"],
    ["path", "matrix", true, "object", ";R=100;G=200;B=150"],
    ["query", "form", false, "primitive", "color=blue"],
    ["query", "form", false, "array", "color=blue,black,brown"],
    ["query", "form", false, "object", "color=R,100,G,200,B,150"],
    ["query", "form", true, "primitive", "color=blue"],
    ["query", "form", true, "array", "color=blue&color=black&color=brown"],
    ["query", "form", true, "object", "R=100&G=200&B=150"],
    ["query", "spaceDelimited", false, "array", "color=blue%20black%20brown"],
    ["query", "spaceDelimited", false, "object", "color=R%20100%20G%20200%20B%20150"],
    ["query", "pipeDelimited", false, "array", "color=blue%7Cblack%7Cbrown"],
    ["query", "pipeDelimited", false, "object", "color=R%7C100%7CG%7C200%7CB%7C150"],
    ["query", "deepObject", true, "object", "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
    ["header", "simple", false, "primitive", "blue"],
    ["header", "simple", false, "array", "blue,black,brown"],
    ["header", "simple", false, "object", "R,100,G,200,B,150"],
    ["header", "simple", true, "primitive", "blue"],
    ["header", "simple", true, "array", "blue,black,brown"],
    ["header", "simple", true, "object", "R=100,G=200,B=150"],
    ["cookie", "form", false, "primitive", "color=blue"],
    ["cookie", "form", true, "primitive", "color=blue"],
    ["cookie", "form", false, "array", "color=blue,black,brown"],
    ["cookie", "form", false, "object", "color=R,100,G,200,B,150"],
  ];
