# SPDX-License-Identifier: GPL-2.0
"""A socket through which other programs run commands in a guest, and connect GDB to it: tests/vm/guestctl."""
import json
import select
import socketserver
import threading

from qemu import GuestError, GuestLost

COMMAND_TIMEOUT = 600


class Control(socketserver.ThreadingUnixStreamServer):
    """Runs the commands that guestctl sends; relay: the command that serves GDB in the guest."""
    daemon_threads = True

    def __init__(self, guest, relay=None):
        self.guest, self.relay, self.starting = guest, relay, threading.Lock()
        super().__init__(str(guest.dir / "guestctl"), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        request = json.loads(self.rfile.readline())
        try:
            if request.get("connect"):
                self.serve_gdb()
                return
            output, status = self.run(request)
        except (GuestError, GuestLost) as error:
            output, status = f"guestctl: {error}\n", 125
        self.answer(output=output, status=status)

    def answer(self, **what):
        self.wfile.write(json.dumps(what).encode() + b"\n")

    def run(self, request):
        guest = self.server.guest
        if request["background"]:
            guest.spawn(request["command"])
            return "", 0
        return guest.run(request["command"], COMMAND_TIMEOUT)

    def serve_gdb(self):
        """Start a relay, and tell where it can be reached. Whoever hangs up first ends the connection: a serial line does not."""
        guest = self.server.guest
        with self.server.starting:
            relay = guest.start_relay(self.server.relay)
        self.answer(output=str(guest.gdb_socket), status=0)
        while relay.status is None and not guest.dead:
            if select.select([self.connection], [], [], 0.2)[0]:
                break
        with self.server.starting:
            if guest.relay is relay:
                guest.stop_relay()
