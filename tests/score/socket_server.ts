/**
 * The WebSocket server of the goals, in a process of its own, so that it can be killed: on the port
 * of its argument. `/echo` echoes, `/flood` sends 300,000 messages of 1 KB as fast as they are taken.
 *
 * @module
 */

const hostname = "127.0.0.1";
Deno.serve({ hostname, port: Number(Deno.args[0]), onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.onmessage = ({ data }) => socket.send(data);
  socket.onerror = () => {}; // a client that was cut off
  if (request.url.endsWith("/flood")) {
    const kilobyte = new Uint8Array(1024);
    let left = 300_000;
    const pour = () => {
      while (left > 0 && socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 1e6) {
        socket.send(kilobyte);
        left--;
      }
      if (left > 0 && socket.readyState === WebSocket.OPEN) setTimeout(pour, 1);
    };
    socket.onopen = pour;
  }
  return response;
});
