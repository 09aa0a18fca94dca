import { assertEquals, assertThrows } from "@std/assert";
import { NetworkingError } from "../../mod.ts";
import { controlFrame, dataFrame, type Frame, readFrame } from "../../src/reliable/channel/wire.ts";
import { readVectors } from "../support/vectors.ts";

interface Written {
  readonly text?: string;
  readonly hex?: string;
}

const { frames, breaches } = await readVectors<{
  readonly frames: readonly (Written & {
    readonly writes?: boolean;
    readonly means: Frame & { readonly payloadHex?: string };
  })[];
  readonly breaches: readonly Written[];
}>("reliable/frames.json");

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

function dataOf({ text, hex }: Written) {
  return text ?? bytesOf(hex!);
}

for (const frame of frames) {
  Deno.test(`a frame is read and written: ${frame.text ?? frame.hex}`, () => {
    const { payloadHex, ...means } = frame.means;
    const expected = payloadHex === undefined ? means : { ...means, payload: bytesOf(payloadHex) };
    assertEquals(readFrame(dataOf(frame)), expected as Frame);
    if (frame.writes === false) return;
    const meant = expected as Frame;
    const written = meant.type === "data"
      ? dataFrame(meant.n, meant.payload, meant.a)
      : controlFrame(meant);
    assertEquals(written, dataOf(frame));
  });
}

for (const breach of breaches) {
  Deno.test(`no frame: ${JSON.stringify(breach)}`, () => {
    const error = assertThrows(() => readFrame(dataOf(breach)), NetworkingError);
    assertEquals(error.code, "protocol_error");
  });
}

Deno.test("bytes that are delivered have a buffer of their own", () => {
  const frame = readFrame(bytesOf("0100000000000000010000000000000000010203"));
  assertEquals(frame.type === "data" && (frame.payload as Uint8Array).buffer.byteLength, 3);
});
