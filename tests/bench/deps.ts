/**
 * The peers, versions pinned, so that a figure says what it was measured against. They are in no
 * module graph but the benchmark's.
 *
 * @module
 */

export { default as axios } from "npm:axios@1.21.1";
export { default as got } from "npm:got@16.1.0";
export { default as ky } from "npm:ky@2.1.0";
export { ofetch } from "npm:ofetch@1.5.1";
export { default as wretch } from "npm:wretch@3.0.9";
export { default as AbortAddon } from "npm:wretch@3.0.9/addons/abort";
