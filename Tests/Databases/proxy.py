"""A proxy of one TCP server on this machine, which can encrypt what clients see and break connections.

proxy.py LISTEN TARGET [--tls CERTIFICATE KEY] [--drop-bytes N] [--drop-seconds S] [--skip K]

Listens at 127.0.0.1:LISTEN for 127.0.0.1:TARGET. The first connection, after K that do not count, breaks once N bytes have
come from the server, or S seconds after it began; all later ones last. Says on standard output when a connection begins or breaks.
"""

import argparse
import asyncio
import ssl


async def copy(reader, writer, limit, broken):
    """Copies until the end, or until a connection's limit, which it tells."""
    count = 0
    try:
        while data := await reader.read(65536):
            count += len(data)
            if limit is not None and count > limit:
                broken.set()
                return
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (ConnectionError, OSError, NotImplementedError):
        pass


async def main(options):
    connections = 0

    async def serve(reader, writer):
        nonlocal connections
        connections += 1
        isFirst = connections == 1 + options.skip
        print(f"connection {connections}", flush=True)
        broken = asyncio.Event()
        there, back = await asyncio.open_connection("127.0.0.1", options.target)
        limit = options.drop_bytes if isFirst else None
        if isFirst and options.drop_seconds is not None:
            asyncio.get_running_loop().call_later(options.drop_seconds, broken.set)
        copies = [asyncio.create_task(copy(reader, back, None, broken)),
                  asyncio.create_task(copy(there, writer, limit, broken))]
        end = asyncio.create_task(broken.wait())
        await asyncio.wait([asyncio.create_task(asyncio.wait(copies)), end], return_when=asyncio.FIRST_COMPLETED)
        if broken.is_set():
            print("broken", flush=True)
        for task in (*copies, end):
            task.cancel()
        for side in (writer, back):
            side.transport.abort()

    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        # What HTTP/2 goes by.
        context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(serve, "127.0.0.1", options.listen, ssl=context)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("listen", type=int)
    parser.add_argument("target", type=int)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--drop-bytes", type=int)
    parser.add_argument("--drop-seconds", type=float)
    parser.add_argument("--skip", type=int, default=0)
    asyncio.run(main(parser.parse_args()))
