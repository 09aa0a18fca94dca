import { assertEquals } from "@std/assert";
import { WebSocketClient } from "../../src/websocket/websocket_client.ts";

// In a file of its own: what makes requests is loaded by the first.
Deno.test("requests and messages go out in order, the first request of the program too", async () => {
  const got: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      got.push(data);
      socket.send(data);
    };
    return response;
  });
  const ofMessage = (message: string) => message;
  const client = new WebSocketClient<string, string>(`ws://127.0.0.1:${server.addr.port}`, {
    codec: { encode: ofMessage, decode: String },
    correlation: { ofRequest: ofMessage, ofResponse: ofMessage },
  });
  const connected = client.connect();
  const sent = [
    ...[client.request("1"), client.send("2"), client.request("3"), client.send("4")],
    connected.then(() => client.request("5")),
  ];
  assertEquals(await Promise.all(sent), ["1", true, "3", true, "5"]);
  await client.close();
  await server.shutdown();
  assertEquals(got, ["1", "2", "3", "4", "5"]);
});
