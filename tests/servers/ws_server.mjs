// ws of npm, on the port of the first argument, with compression and a behaviour for each path.
// deno-lint-ignore-file no-external-import
import { WebSocketServer } from "npm:ws@8.18.3";

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(Deno.args[0]),
  perMessageDeflate: { threshold: 0 },
});
server.on("connection", (socket, { url }) => {
  if (url === "/fragments") {
    for (const piece of ["one ", "two ", "thr"]) socket.send(piece, { fin: false });
    return socket.send("ee");
  }
  if (url === "/terminate") return socket.terminate();
  if (url === "/ping") socket.on("pong", (data) => socket.send(`pong ${data}`)).ping("here");
  socket.on("message", (data, isBinary) => {
    if (String(data) === "close") return socket.close(4001, "as you like");
    socket.send(data, { binary: isBinary });
  });
});
