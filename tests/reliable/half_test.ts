import { assert, assertEquals, assertThrows } from "@std/assert";
import { NetworkingError } from "../../mod.ts";
import { Half, type HalfPort } from "../../src/reliable/channel/half.ts";
import { type Payload, readFrame } from "../../src/reliable/channel/wire.ts";
import { seeded } from "./random.ts";

const BOUNDS = {
  maxUnackedMessages: 10_000,
  maxUnackedBytes: 1 << 20,
  maxWaitingMessages: 1000,
  maxWaitingBytes: 1 << 24,
};

/** One side, with what its program sent, got and was told. */
class Side implements HalfPort<number> {
  readonly half: Half<number>;
  readonly got: string[] = [];
  readonly settled: number[] = [];
  sent = 0;
  /** Frames on their way over the connection that there is. */
  wire: Payload[] = [];
  /** Whether the program takes messages at once. */
  reads = true;
  unread = 0;

  constructor(bounds = BOUNDS) {
    this.half = new Half<number>(this, bounds);
  }

  write(frame: Payload): void {
    this.wire.push(frame);
  }

  deliver(payload: Payload): void {
    this.got.push(typeof payload === "string" ? payload : new TextDecoder().decode(payload));
    this.unread++;
    if (this.reads) this.read();
  }

  read(): void {
    while (this.unread > 0) {
      this.unread--;
      this.half.delivered();
    }
  }

  settle(ticket: number): void {
    this.settled.push(ticket);
  }

  acknowledgementDue(): void {}

  send(isText = true): boolean {
    const text = `message ${this.sent}`;
    return this.half.push(isText ? text : new TextEncoder().encode(text), this.sent) &&
      ++this.sent > 0;
  }
}

/** The first frame of `from` arrives. */
function arrive(from: Side, to: Side): void {
  const data = from.wire.shift();
  if (data === undefined) return;
  const frame = readFrame(data);
  if (frame.type !== "data" && frame.type !== "ack") throw new Error(`unexpected ${frame.type}`);
  if (frame.a > 0) to.half.acknowledged(frame.a);
  if (frame.type === "data") to.half.data(frame.n, frame.payload);
}

function connect(client: Side, server: Side): void {
  client.wire = [];
  server.wire = [];
  client.half.detach(); // a takeover: the connection before need not be over for the other
  server.half.detach();
  const [hello, welcome] = [client.half.confirmed, server.half.confirmed];
  server.half.attach(hello, welcome);
  client.half.attach(welcome, hello);
}

const expected = (count: number) => Array.from({ length: count }, (_, n) => `message ${n}`);

/** Anything that can happen, in any order; what is delivered is always a prefix of what was sent. */
function interleave(seed: number): { cuts: number; delivered: number } {
  const random = seeded(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const small = { ...BOUNDS, maxUnackedMessages: 1 + pick(40), maxUnackedBytes: 20 + pick(400) };
  const sides = [new Side(small), new Side(random() < 0.5 ? small : BOUNDS)] as const;
  const stored = sides.map(() => random() < 0.3);
  sides.forEach(({ half }, index) => stored[index] && half.stored(0, 0));
  let [cuts, isConnected] = [0, false];
  const check = () => {
    for (const [index, side] of sides.entries()) {
      const other = sides[1 - index]!;
      assertEquals(side.got, expected(side.got.length), `seed ${seed}`);
      assert(side.got.length <= other.sent, `seed ${seed}: more than was sent`);
      // Settled means delivered: never before.
      assertEquals(side.settled, [...side.settled.keys()], `seed ${seed}`);
      assert(side.settled.length <= other.got.length - other.unread, `seed ${seed}: too early`);
    }
  };
  for (let step = 0; step < 400; step++) {
    const index = pick(2);
    const [side, other] = index === 0 ? sides : [sides[1], sides[0]];
    switch (pick(9)) {
      case 0:
      case 1:
        side.send(random() < 0.5);
        break;
      case 2:
      case 3:
      case 4:
        if (isConnected) arrive(side, other);
        break;
      case 5:
        side.half.acknowledge();
        break;
      case 6: // a cut: what is on its way is lost, acknowledgements too
        if (random() < 0.3) {
          isConnected = false;
          cuts++;
          for (const one of sides) one.half.detach();
        } else if (!isConnected || random() < 0.2) {
          connect(...sides);
          isConnected = true;
        }
        break;
      case 7:
        side.reads = random() < 0.5;
        if (side.reads) side.read();
        break;
      case 8:
        if (stored[index]) side.half.stored(side.half.seq, side.half.rx);
        break;
    }
    if (step % 16 === 0) check();
  }
  check();
  // At rest everything is there, once, and everybody knows.
  connect(...sides);
  for (let turn = 0; turn < 10_000; turn++) {
    for (const [index, side] of sides.entries()) {
      side.reads = true;
      side.read();
      if (stored[index]) side.half.stored(side.half.seq, side.half.rx);
      side.half.acknowledge();
      arrive(side, sides[1 - index]!);
    }
    if (sides.every(({ wire, half }) => wire.length === 0 && half.messages === 0)) break;
  }
  check();
  for (const [index, side] of sides.entries()) {
    assertEquals(sides[1 - index]!.got.length, side.sent, `seed ${seed}`);
    assertEquals([side.settled.length, side.half.messages, side.half.bytes], [side.sent, 0, 0]);
  }
  return { cuts, delivered: sides[0].got.length + sides[1].got.length };
}

// R24.1
Deno.test("what is delivered is a prefix of what was sent, whatever happens in whatever order", () => {
  let [cuts, delivered] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const found = interleave(seed);
    cuts += found.cuts;
    delivered += found.delivered;
  }
  assert(cuts > 1000 && delivered > 10_000, `too little happened: ${cuts} cuts, ${delivered}`);
});

// R24.3
Deno.test("send waits at either bound, and goes on with the acknowledgement", () => {
  const tight = { ...BOUNDS, maxUnackedMessages: 3, maxUnackedBytes: 40, maxWaitingMessages: 2 };
  const [client, server] = [new Side(tight), new Side()];
  connect(client, server);
  const accepted = Array.from({ length: 7 }, () => client.send());
  assertEquals(accepted, [true, true, true, true, true, false, false]);
  assertEquals(client.wire.length, 3, "three are on the wire, two wait, two have no room");
  for (let turn = 0; turn < 3; turn++) arrive(client, server);
  server.half.acknowledge();
  arrive(server, client);
  assertEquals([client.settled, client.wire.length], [[0, 1, 2], 2]);
});

Deno.test("a message larger than the bound goes alone", () => {
  const [client, server] = [new Side({ ...BOUNDS, maxUnackedBytes: 10 }), new Side()];
  connect(client, server);
  client.half.push("x".repeat(100), 0);
  client.half.push("small", 1);
  assertEquals(client.wire.length, 1);
  arrive(client, server);
  server.half.acknowledge();
  arrive(server, client);
  assertEquals(client.wire.length, 1);
  arrive(client, server);
  assertEquals(server.got, ["x".repeat(100), "small"]);
});

Deno.test("what waits for room can be taken back, what has a number cannot", () => {
  const client = new Side({ ...BOUNDS, maxUnackedMessages: 1 });
  client.send();
  client.send();
  assertEquals([client.half.withdraw(0), client.half.withdraw(1)], [false, true]);
  assertEquals(client.half.messages, 1);
});

Deno.test("bytes that the caller changes after send() arrive as they were", () => {
  const [client, server] = [new Side({ ...BOUNDS, maxUnackedMessages: 1 }), new Side()];
  const bytes = new TextEncoder().encode("first");
  client.half.push(bytes, 0);
  client.half.push(bytes, 1);
  bytes.fill(0);
  connect(client, server);
  arrive(client, server);
  server.half.acknowledge();
  arrive(server, client);
  arrive(client, server);
  assertEquals(server.got, ["first", "first"]);
});

Deno.test("an acknowledgement goes with a message, or by itself after 32", () => {
  const [client, server] = [new Side(), new Side()];
  connect(client, server);
  for (let count = 0; count < 32; count++) client.send();
  for (let count = 0; count < 31; count++) arrive(client, server);
  assertEquals(server.wire, []);
  arrive(client, server);
  assertEquals(server.wire, ['{"a":32}']);
  client.send();
  arrive(client, server);
  server.send();
  assertEquals(server.wire.at(-1), '{"n":1,"a":33,"d":"message 0"}');
  server.half.acknowledge();
  assertEquals(server.wire.length, 2, "nothing more to say");
});

Deno.test("a stored session writes and acknowledges nothing that the store does not have", () => {
  const [client, server] = [new Side(), new Side()];
  client.half.stored(0, 0);
  connect(client, server);
  client.send();
  client.send();
  server.send();
  arrive(server, client);
  client.half.acknowledge();
  assertEquals(client.wire, []);
  client.half.stored(1, 0);
  assertEquals(client.wire.map((frame) => readFrame(frame)), [
    { type: "data", n: 1, a: 0, payload: "message 0" },
  ]);
  client.half.stored(2, 1);
  client.half.acknowledge();
  assertEquals(client.wire.slice(1).map((frame) => readFrame(frame)), [
    { type: "data", n: 2, a: 0, payload: "message 1" },
    { type: "ack", a: 1 },
  ]);
});

Deno.test("each breach of the contract is an error of its own words", () => {
  const [client, server] = [new Side(), new Side()];
  connect(client, server);
  client.send();
  const breaches: [() => void, RegExp][] = [
    [() => client.half.acknowledged(2), /message 2 was acknowledged, but the last one sent is 1/],
    [() => client.half.data(2, "x"), /message 2 came after 0/],
    [() => client.half.attach(2, 0), /message 2 was acknowledged, but the last one sent is 1/],
    [() => {
      client.half.acknowledged(1);
      client.half.attach(0, 0);
    }, /rx 0 is below what was acknowledged/],
  ];
  for (const [breach, message] of breaches) {
    const error = assertThrows(breach, NetworkingError);
    assertEquals(
      [error.code, message.test(error.message)],
      ["protocol_error", true],
      error.message,
    );
  }
});
