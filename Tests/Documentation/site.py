"""Opens the pages of a static DocC site in headless Chromium and follows their links.

    site.py FOLDER [--base-path /] [--chromium chromium] [--symbols 100] [--tabs 4]

Articles are the pages of modules and the written pages directly below them; all other pages are symbol pages, among them
the lists that DocC makes of inherited members. Opened are all articles that links reach from the root, every symbol page
that an article links to, every page that is linked with a part after `#`, and of the other reachable symbol pages
`--symbols` ones at equal distances in the order of their paths (0: all). Of an opened page every link and image is looked at
as rendered; of the others the links are read from the data that the page would be rendered from. Wherever a link stands, its
target must have a page and data; and what stands after `#` must be an element of the target as rendered. The program
fails with page and link for what cannot be found, a page without text, an error on the console, a broken image.
"""

import argparse
import asyncio
import contextlib
import functools
import http.server
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

# A page of DocC is rendered within a second or two; a loaded machine is given this many.
PAGE_SECONDS = 60

# Waits for DocC's page, its page of errors or the server's; loads the images that wait for the reader to scroll; returns
# what is to be looked at. The text is that of the page without its navigation and title.
INSPECT = """
(async () => {
  const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  const page = () => document.querySelector('main h1, .generic-error, body > h1');
  while (document.readyState !== 'complete' || !page()) await sleep(20);
  await sleep(50);
  const images = [...document.images];
  for (const image of images) image.loading = 'eager';
  await Promise.all(images.map(image => image.complete || new Promise(done => image.onload = image.onerror = done)));
  const error = document.querySelector('.generic-error, body > h1');
  const source = image => image.currentSrc || image.src;
  return {
    address: location.href,
    error: error && error.innerText,
    text: [...document.querySelectorAll('main .abstract, main .doc-content')].map(part => part.innerText).join(''),
    links: [...new Set([...document.querySelectorAll('a[href]')].map(link => link.href))],
    names: [...document.querySelectorAll('[id]')].map(element => element.id),
    images: images.length,
    broken: images.filter(image => image.naturalWidth === 0).map(source),
  };
})()
"""


class ProtocolError(Exception):
    """Chromium could not do what it was asked."""


class Browser:
    """Chromium's DevTools protocol over a pair of pipes: JSON messages that end with a zero byte."""

    def __init__(self, chromium, profile):
        self.chromium, self.profile = chromium, profile
        self.number, self.answers, self.listeners = 0, {}, {}

    async def start(self):
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()
        flags = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
                 "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
                 "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--window-size=1280,1000"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses its sandbox to root.
        # The protocol reads descriptor 3 and writes descriptor 4.
        command = 'exec "$0" "$@" 3<&%d 4>&%d' % (to_read, from_write)
        self.process = await asyncio.create_subprocess_exec(
            "bash", "-c", command, self.chromium, *flags, pass_fds=(to_read, from_write),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True)
        os.close(to_read), os.close(from_write)
        reader = asyncio.StreamReader(limit=1 << 28)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self.source, "rb"))
        self.reading = asyncio.create_task(self.read(reader))

    async def read(self, reader):
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    self.answers.pop(message["id"]).set_result(message)
                elif listener := self.listeners.get(message.get("sessionId")):
                    listener(message["method"], message["params"])
        for answer in self.answers.values():
            answer.set_exception(ConnectionError("Chromium ended"))

    async def call(self, method, session=None, **parameters):
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        reply = await answer
        if "error" in reply:
            raise ProtocolError(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Tab:
    """A page of the browser; `errors` holds what the console said since the last address was opened."""

    def __init__(self, browser, session):
        self.browser, self.session, self.errors = browser, session, []
        browser.listeners[session] = self.hear

    @classmethod
    async def make(cls, browser):
        target = await browser.call("Target.createTarget", url="about:blank")
        attached = await browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = cls(browser, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            await browser.call(domain + ".enable", tab.session)
        return tab

    def hear(self, method, event):
        if method == "Log.entryAdded" and event["entry"]["level"] == "error":
            self.errors.append(f"{event['entry']['text']} {event['entry'].get('url', '')}".strip())
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description", ""))) for a in event["args"]))

    async def open(self, address):
        await self.browser.call("Page.navigate", self.session, url="about:blank")
        self.errors.clear()
        await self.browser.call("Page.navigate", self.session, url=address)
        while True:
            try:
                reply = await self.browser.call(
                    "Runtime.evaluate", self.session, expression=INSPECT, awaitPromise=True, returnByValue=True)
                if reply["result"].get("value", {}).get("address") != "about:blank" and "value" in reply["result"]:
                    return reply["result"]["value"]
            except ProtocolError:
                pass  # The document was replaced while the script waited in it: a redirection.
            await asyncio.sleep(0.02)


class Site:
    """The files below a folder; a path is an address without the base and without a closing `/`."""

    def __init__(self, folder, base):
        self.folder, self.base = Path(folder), base

    def path(self, address):
        path = unquote(urlsplit(address).path)
        return path.removeprefix(self.base).strip("/") if (path + "/").startswith(self.base) else None

    @functools.cache
    def data(self, path):
        file = self.folder / "data" / f"{path}.json"
        return json.loads(file.read_text()) if file.is_file() else None

    @functools.cache
    def fault(self, path):
        """What a link to the path lacks."""
        if path is None:
            return "leads out of the base path"
        if (self.folder / path).is_file():
            return None
        if not (self.folder / path / "index.html").is_file():
            return "no such page"
        return None if path == "" or self.data(path) else "page can't be found: it has no data"

    def is_page(self, path):
        return self.data(path) is not None

    def is_article(self, path):
        data = self.data(path)
        return data["metadata"].get("symbolKind") == "module" or data["kind"] == "article" and path.count("/") == 2

    def links(self, path):
        """Paths that the data of a page refer to."""
        references = self.data(path).get("references", {}).values()
        return {self.path(urljoin(self.base, r["url"].lstrip("/"))) for r in references if r["type"] == "topic"}


class Visit:
    """The pages opened, the links followed, and what was wrong."""

    def __init__(self, site, origin, tabs):
        self.site, self.origin, self.tabs = site, origin, tabs
        self.names, self.parts, self.faults = {}, {}, []
        self.opened, self.known, self.images, self.elsewhere = set(), set(), 0, set()
        self.followed = set()

    def follow(self, page, link, path):
        """Whether the link leads to a page; a fault if it leads nowhere."""
        self.followed.add((page, link))
        if fault := self.site.fault(path):
            self.faults.append(f"{page}: link {link}: {fault}")
            return False
        return self.site.is_page(path)

    async def look(self, tab, path):
        """Opens a page and returns the paths of the pages that it links to."""
        address = self.origin + quote(f"{self.site.base}{path}")
        fail = lambda what: self.faults.append(f"{path or 'the root'}: {what}")
        try:
            page = await asyncio.wait_for(tab.open(address), PAGE_SECONDS)
        except asyncio.TimeoutError:
            fail(f"nothing rendered within {PAGE_SECONDS} s")
            page = None
        for error in tab.errors:
            fail(f"console: {error}")
        if page is None:
            return set()
        if page["error"]:
            fail(page["error"])
        elif not page["text"].strip():
            fail("page without text")
        for image in page["broken"]:
            fail(f"broken image {image}")
        self.images += page["images"]
        self.names[path] = set(page["names"])
        targets = set()
        if path == "":
            targets.add(self.site.path(page["address"]))
        for link in page["links"]:
            if not link.startswith(self.origin + "/"):
                self.elsewhere.add(link)
                continue
            target = self.site.path(link)
            if self.follow(path, link.removeprefix(self.origin), target):
                targets.add(target)
                if part := unquote(urlsplit(link).fragment):
                    self.parts.setdefault(target, {}).setdefault(part, path)
        return targets

    async def open(self, paths, spread=False):
        """Opens pages, with `spread` also those that articles among them link to, and so on."""
        waiting = asyncio.Queue()

        def add(paths):
            for path in sorted(set(paths) - self.opened):
                self.opened.add(path)
                waiting.put_nowait(path)

        async def work(tab):
            while True:
                path = await waiting.get()
                targets = await self.look(tab, path)
                self.known |= targets
                if spread and (path == "" or self.site.is_article(path)):
                    add(targets)
                waiting.task_done()

        add(paths)
        workers = [asyncio.create_task(work(tab)) for tab in self.tabs]
        finished = asyncio.create_task(waiting.join())
        await asyncio.wait([finished, *workers], return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            if worker.done():
                worker.result()  # Raises what stopped it.
            worker.cancel()

    def reach(self):
        """All pages that links reach from the pages known, by the data of the pages."""
        waiting = list(self.known | self.opened - {""})
        seen = set(waiting)
        while waiting:
            page = waiting.pop()
            for target in sorted(self.site.links(page), key=str):
                if self.follow(page, target, target) and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return seen

    def check_parts(self):
        for target, parts in self.parts.items():
            for part, page in parts.items():
                if part not in self.names.get(target, ()):
                    self.faults.append(f"{page}: link {target}#{part}: the page has no such part")


def sample(paths, count):
    """`count` of the paths at equal distances in their order; 0: all."""
    paths = sorted(paths)
    if not count or count >= len(paths):
        return paths
    return [paths[i * len(paths) // count] for i in range(count)]


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=3600")  # One visit loads scripts and styles once.
        super().end_headers()


@contextlib.contextmanager
def served(folder, base):
    """The origin of a server on the loopback that has the folder at the base path."""
    with tempfile.TemporaryDirectory() as root:
        place = Path(root, "root", base.strip("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(Path(folder).resolve())
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(Path(root, "root"))))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def visit(options):
    base = "/" + options.base_path.strip("/")
    base += "" if base == "/" else "/"
    site = Site(options.folder, base)
    with served(options.folder, base) as origin, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(options.chromium, profile)
        await browser.start()
        try:
            visit = Visit(site, origin, [await Tab.make(browser) for _ in range(options.tabs)])
            await visit.open([""], spread=True)
            articles = sum(1 for path in visit.opened if path and site.is_article(path))
            linked = len(visit.opened) - articles - 1
            reached = visit.reach()
            chosen = sample(reached - visit.opened, options.symbols)
            await visit.open(chosen)
            await visit.open(visit.parts.keys())
            visit.check_parts()
        finally:
            browser.stop()
    return visit, articles, linked, len(chosen), len(reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--base-path", default="/")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--tabs", type=int, default=4)
    options = parser.parse_args()
    start = time.monotonic()
    result, articles, linked, chosen, reached = asyncio.run(visit(options))
    for fault in sorted(set(result.faults)):
        print(fault, file=sys.stderr)
    print(f"{articles} articles, {linked} symbol pages they link to and {chosen} of the other {reached - articles - linked} "
          f"opened; {len(result.followed)} links followed, {len(result.elsewhere)} lead elsewhere, {result.images} images; "
          f"{len(set(result.faults))} faults; {time.monotonic() - start:.0f} s")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
